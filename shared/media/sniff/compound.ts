import { CompoundFile } from '../formats/compound-file.ts'
import type { ReadAt } from '../formats/read-at.ts'

/** Streams and storages under the root that identify a format. */
const entryTypes: [name: RegExp, type: string][] = [
  [/^WordDocument$/i, 'application/msword'],
  [/^(?:Workbook|Book)$/i, 'application/vnd.ms-excel'],
  [/^(?:PowerPoint Document|PP40)$/i, 'application/vnd.ms-powerpoint'],
  [/^VisioDocument$/i, 'application/vnd.visio'],
  [/^__properties_version1\.0$/i, 'application/vnd.ms-outlook'],
  [/^Quill$/i, 'application/x-mspublisher'],
  [/^(?:Props\d*|TBkndTask)$/, 'application/vnd.ms-project'],
  [/^(?:MatOST|WksSSWorkBook)$/i, 'application/vnd.ms-works'],
  [/^BodyText$/, 'application/x-hwp'],
]

/** Class ids of the root, in the byte order of the file. */
const classTypes: Record<string, string> = {
  '82100c0000000000c000000000000046': 'application/x-msi',
  '84100c0000000000c000000000000046': 'application/x-msi',
  '86100c0000000000c000000000000046': 'application/x-msi',
  '0112020000000000c000000000000046': 'application/x-mspublisher',
  '3a8fb774c8c8d111be1100c04fb6faf1': 'application/vnd.ms-project',
}

/** Detects the format of a compound file (MS-CFB) from its directory. Resolves to undefined if it is unknown. */
export async function sniffCompound(read: ReadAt): Promise<string | undefined> {
  const file = await CompoundFile.open(read)
  if (!file) return undefined
  const root = file.entries.find(({ kind }) => kind === 'root')
  const byClass = root && classTypes[root.clsid]
  if (byClass !== undefined) return byClass
  const names = file.rootEntries.map(({ name }) => name)
  return entryTypes.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1]
}
