import { createReadStream } from 'node:fs'
import { ClamdScanner } from '../../../shared/adapters/clamd/clamd-scanner.ts'

/** Scans files concurrently in a separate process and prints the verdicts and the peak memory. */
const [socketPath = '', ...files] = process.argv.slice(2)
const scanner = new ClamdScanner({ path: socketPath }, { concurrency: files.length })
const verdicts = await Promise.all(files.map((file) => scanner.scan(createReadStream(file))))
const peakBytes = process.resourceUsage().maxRSS * 1024
console.log(JSON.stringify({ verdicts: verdicts.map(({ verdict }) => verdict), peakBytes }))
