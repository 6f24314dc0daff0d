import type { Plan } from './bench.ts'
import type { Row } from './report.ts'
import { coldStartScenario } from './scenarios/cold-start.ts'
import { contentionScenario } from './scenarios/contention.ts'
import { downloadScenario } from './scenarios/download.ts'
import { foldersScenario } from './scenarios/folders.ts'
import { importScenario } from './scenarios/import.ts'
import { memoryScenario } from './scenarios/memory.ts'
import { previewScenario } from './scenarios/preview.ts'
import { readsScenario } from './scenarios/reads.ts'
import { scaleScenario } from './scenarios/scale.ts'
import { scanScenario } from './scenarios/scan.ts'
import { smallUploadsScenario } from './scenarios/small-uploads.ts'
import { startScenario } from './scenarios/start.ts'
import { uploadScenario } from './scenarios/upload.ts'

/** A scenario and its section of docs/performance.md. */
interface Section {
  title: string
  about: string
  run: (plan: Plan, scratch: string) => Promise<Row[]>
}

/** The sections by the name for `--only`. */
export const sections: Record<string, Section> = {
  'small-uploads': {
    title: 'Small uploads',
    about:
      'Forms with 4 KB of random bytes, until the answer that the file is ready. Coffer scans each with its development scanner, hashes it, and syncs the file and its record before it answers. PocketBase, tusd and @tus/server neither scan, hash nor sync. @tus/server and tusd get the bytes in the first request (creation-with-upload).',
    run: smallUploadsScenario,
  },
  reads: {
    title: 'Small reads',
    about:
      'Answers a second over 16 connections, without a token in either service. A page of PocketBase has no total, like those of Coffer; its records have 6 fields, those of Coffer 17. The bare stream is `stat` and `createReadStream(file).pipe(response)`.',
    run: readsScenario,
  },
  upload: {
    title: 'Large uploads',
    about:
      'One upload of 200 MB, until the answer that it is stored. The bare pipeline is `pipeline(request, file)`. `fsync` syncs the file before the answer, as Coffer does. The other servers do not.',
    run: uploadScenario,
  },
  download: {
    title: 'Large downloads',
    about: 'One download of 200 MB, which the page cache holds.',
    run: downloadScenario,
  },
  memory: {
    title: 'Memory',
    about: 'Peak resident memory (`VmHWM`) of a new process. clamd scans the parallel uploads.',
    run: memoryScenario,
  },
  start: {
    title: 'Start',
    about:
      'The program of `npm start`, without npm, until the end of the first answer: a list. Idle memory is the resident memory 3 seconds after it. Node finds the compiled code of an earlier start, except in the first start of an installation.',
    run: startScenario,
  },
  scale: {
    title: 'Scale on one machine',
    about:
      'Requests and sweeps with 1,000,000 files in one workspace and 10,000 other workspaces of 50 files, against 1,000 files in one workspace. `total` and a search without a match read at most 10,000 files and have no target. The weekly phases of a sweep visit every file; their row compares the time for one file.',
    run: scaleScenario,
  },
  folders: {
    title: 'Folders',
    about:
      'Moves and deletes a folder of 10,000 files and one of 1,000 in the catalog of each stack, with all steps of the operation. Firestore is the stand-in of this repository, in the process of the benchmark. No bytes move.',
    run: foldersScenario,
  },
  scan: {
    title: 'From the last byte to `ready`',
    about: 'Random bytes, the real clamd; the same file and the same daemon for both.',
    run: scanScenario,
  },
  import: {
    title: 'Imports',
    about: 'From a server on the same machine.',
    run: importScenario,
  },
  preview: {
    title: 'Previews',
    about: 'A photograph of 12 megapixels, as WebP of 400 pixels.',
    run: previewScenario,
  },
  contention: {
    title: 'Contention in Firestore',
    about: "Four processes change one workspace in Google's emulator.",
    run: contentionScenario,
  },
  'cold-start': {
    title: 'Cold start in the cloud',
    about:
      'From the start of a process of the image’s program to its first useful answer: a request with a signed token, from the stand-ins of Firestore and Cloud Storage, with the compile cache of the image. Processor time is that of all threads until then, and memory the resident memory at that time. The baseline is the Functions Framework with a function that answers a constant. The upload does not wait for its verdict: the first one of an instance that waits loads Google’s client for a listener (some 3.4 times the processor time of hello, 1.7 times its memory).',
    run: coldStartScenario,
  },
}
