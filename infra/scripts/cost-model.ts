import { atOnce } from '../../shared/adapters/preview/bounds.ts'
import { leastSettings, place } from './simulate.ts'
import { tuningOf } from '../program/functions.ts'
import { renderTuning } from '../program/render.ts'
import { clamdMebibytes, cpusFor } from '../program/scanner.ts'
import { functionTuning } from '../program/scan.ts'
import { checked } from '../program/settings.ts'

/** What one file goes through, on average: change these to your own, and run `npm run generate`. */
export const assumptions = {
  megabytes: 1,
  metadataReads: 3,
  downloads: 2,
  listPages: 1,
  /** Made once for each file that has one; later ones are reads. */
  previews: 0.5,
  filesOnAPage: 50,
  monthsKept: 12,
  /** An upload waits for its verdict. */
  uploadSeconds: 2,
  otherRequestSeconds: 0.05,
  scanSeconds: 0.4,
  previewSeconds: 1,
  /** Until a fresh instance of `render` answers. */
  renderStartSeconds: 2,
  /** Until ClamAV has loaded its signatures on a fresh instance. */
  clamStartSeconds: 45,
  sweepsAMonth: 30 * 24 * 4,
  sweepSeconds: 5,
  /** After so long without a request an instance is gone. */
  idleMinutes: 15,
}

/**
 * US dollars, without free quotas unless said, in tier 1 regions. Cloud Run's were looked up in November 2026; the others are
 * the list prices that their pages have long had, not looked up again: compare before you budget.
 */
export const prices = {
  /** https://cloud.google.com/run/pricing, request-based billing. */
  cpuSecond: 0.000024,
  gibibyteSecond: 0.0000025,
  request: 0.4 / 1e6,
  /** https://cloud.google.com/storage/pricing, Standard in one region; class A writes, class B reads. */
  storedGigabyte: 0.02,
  classA: 0.005 / 1000,
  classB: 0.0004 / 1000,
  /** To the internet, by the gigabytes of a month. */
  egress: [
    { upToGigabytes: 1024, each: 0.12 },
    { upToGigabytes: 10_240, each: 0.11 },
    { upToGigabytes: Infinity, each: 0.08 },
  ],
  /** https://cloud.google.com/firestore/pricing; documents by docs/cost.md. */
  documentGibibyte: 0.18,
  backupGibibyte: 0.03,
  /** https://cloud.google.com/pubsub/pricing */
  pubsubTebibyte: 40,
  /** https://cloud.google.com/stackdriver/pricing, beyond the first 50 GiB. */
  logGibibyte: 0.5,
  freeLogGibibytes: 50,
}

/** Price of one operation of the catalog in US dollars, by its name in docs/cost.md. */
export type CatalogPrice = (operation: string) => number

export interface Cost {
  item: string
  dollars: number
}

const kibibytesPerGibibyte = 1024 * 1024
/** docs/cost.md: a record and the guard of its path; index entries come on top. */
const recordKibibytes = 3
const indexKibibytes = 50
/** Seven daily and fourteen weekly ones. */
const backups = 21
const eventKibibytes = 4
const logKibibytesPerRequest = 1.5
const requestsAtOnce = 4
const minutesPerMonth = 30 * 24 * 60

/** What a month costs with so many new files in it, once as many leave as come. */
export function monthlyCost(files: number, catalog: CatalogPrice): Cost[] {
  const { metadataReads, downloads, listPages, filesOnAPage, monthsKept, megabytes } = assumptions
  const { previews } = assumptions
  const requests = files * (1 + metadataReads + downloads + listPages + 1)
  const kept = files * monthsKept
  const page = (filesOnAPage + 1) * catalog('get')
  const documents =
    catalog('upload to ready: reserve, get, settle') +
    (metadataReads + downloads) * catalog('get') +
    listPages * page +
    catalog('remove, ready') +
    catalog('purge, from the trash')
  const storedGigabytes = (kept * megabytes) / 1000
  const documentGibibytes = (kept * recordKibibytes) / kibibytesPerGibibyte
  const indexGibibytes = (kept * indexKibibytes) / kibibytesPerGibibyte
  const logGibibytes = (requests * logKibibytesPerRequest) / kibibytesPerGibibyte
  return [
    { item: 'Functions', dollars: functionsCost(files, requests) },
    { item: 'Previews', dollars: previewCost(files * previews) },
    { item: 'Scanning', dollars: scanCost(files) },
    { item: 'Sweeping', dollars: sweepCost() },
    { item: 'Firestore, operations', dollars: files * documents },
    {
      item: 'Firestore, storage and backups',
      dollars:
        (documentGibibytes + indexGibibytes) * prices.documentGibibyte +
        documentGibibytes * backups * prices.backupGibibyte,
    },
    {
      item: 'Cloud Storage, operations',
      dollars: files * (2 * prices.classA + (downloads + 1) * prices.classB),
    },
    { item: 'Cloud Storage, bytes kept', dollars: storedGigabytes * prices.storedGigabyte },
    { item: 'Downloads', dollars: egressCost((files * downloads * megabytes) / 1000) },
    {
      item: 'Events and logs',
      dollars:
        (files * eventKibibytes * prices.pubsubTebibyte) / (kibibytesPerGibibyte * 1024) +
        Math.max(0, logGibibytes - prices.freeLogGibibytes) * prices.logGibibyte,
    },
  ]
}

function functionsCost(files: number, requests: number): number {
  const { uploadSeconds, otherRequestSeconds } = assumptions
  const { cpu, memoryMebibytes } = tuningOf('api')
  const busySeconds = files * uploadSeconds + (requests - files) * otherRequestSeconds
  const shared = isBusy(requests) ? busySeconds / requestsAtOnce : busySeconds
  return shared * secondOf(cpu, memoryMebibytes) + requests * prices.request
}

function previewCost(pictures: number): number {
  const { previewSeconds, renderStartSeconds, idleMinutes } = assumptions
  const { cpu, memoryMebibytes } = renderTuning
  const starts = Math.min(pictures, minutesPerMonth / idleMinutes)
  const busySeconds = pictures * previewSeconds * (isBusy(pictures) ? 1 / atOnce : 1)
  return (starts * renderStartSeconds + busySeconds) * secondOf(cpu, memoryMebibytes)
}

function scanCost(files: number): number {
  const { scanSeconds, clamStartSeconds, idleMinutes } = assumptions
  const starts = Math.min(files, minutesPerMonth / idleMinutes)
  const busySeconds = files * scanSeconds * (isBusy(files) ? 1 / requestsAtOnce : 1)
  return (starts * clamStartSeconds + busySeconds) * scannerSecond()
}

function sweepCost(): number {
  const { sweepsAMonth, sweepSeconds, clamStartSeconds } = assumptions
  return sweepsAMonth * (clamStartSeconds + sweepSeconds) * scannerSecond()
}

function scannerSecond(): number {
  const sidecar = clamdMebibytes(checked(leastSettings, place))
  return secondOf(functionTuning.cpu + cpusFor(sidecar), functionTuning.memoryMebibytes + sidecar)
}

function secondOf(cpus: number, mebibytes: number): number {
  return cpus * prices.cpuSecond + (mebibytes / 1024) * prices.gibibyteSecond
}

/** More than one request a second: then they share instances. */
function isBusy(requests: number): boolean {
  return requests > minutesPerMonth * 60
}

function egressCost(gigabytes: number): number {
  let below = 0
  return prices.egress.reduce((dollars, { upToGigabytes, each }) => {
    const within = Math.max(0, Math.min(gigabytes, upToGigabytes) - below)
    below = upToGigabytes
    return dollars + within * each
  }, 0)
}
