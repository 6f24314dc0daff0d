import { parseEssence } from '../essence.ts'
import type { ReadAt } from '../formats/read-at.ts'
import { mayBeInside } from './refinements.ts'
import { readZipDirectory, readZipEntry } from '../formats/zip-directory.ts'

const maxMimetypeBytes = 256
/** Limit for a list of content types and for a document part. */
const maxPartBytes = 1024 * 1024

/** Content types of the main part (ECMA-376-2 §10.1.2) that `packageType` cannot derive the document's type from. */
const packageTypes: [part: string, type: string][] = [
  ['application/vnd.ms-package.3dmanufacturing-3dmodel+xml', 'model/3mf'],
  ['application/vnd.ms-package.xps-fixeddocumentsequence+xml', 'application/vnd.ms-xpsdocument'],
  ['application/vnd.ms-visio.', 'application/vnd.visio'],
]

/** Formats that are always recognisable from the directory, so that a hint alone does not count. */
const recognisableFormats =
  /^application\/(?:epub\+zip|java-archive|vnd\.android\.package-archive|vnd\.apple\..*|vnd\.ms-(?:excel|powerpoint|word)\..*|vnd\.oasis\.opendocument\..*|vnd\.openxmlformats-officedocument\..*)$/

/**
 * Detects the format of a zip archive from its directory, independently of the order of entries. Resolves to `application/zip`
 * for unknown formats and plain archives, to undefined for an archive without a readable directory.
 */
export async function sniffZip(
  read: ReadAt,
  sizeBytes: number,
  hints: string[],
): Promise<string | undefined> {
  const directory = await readZipDirectory(read, sizeBytes)
  if (directory === undefined || directory === 'too-large') return undefined
  const entries = new Map(directory.entries.map((entry) => [entry.name, entry]))
  const text = async (name: string, maxBytes: number) => {
    const entry = entries.get(name)
    return entry && (await readZipEntry(read, entry, maxBytes))?.toString('latin1')
  }
  const names = [...entries.keys()]
  return (
    mimetypeOf(await text('mimetype', maxMimetypeBytes)) ??
    packageType(await text('[Content_Types].xml', maxPartBytes)) ??
    (await iWorkType(names, (name) => text(name, maxPartBytes), hints)) ??
    programType(entries) ??
    (names.some((name) => /^[^/]+\.kml$/i.test(name))
      ? 'application/vnd.google-earth.kmz'
      : hints.find(
          (hint) => mayBeInside('application/zip', hint) && !recognisableFormats.test(hint),
        )) ??
    'application/zip'
  )
}

/** Reads the `mimetype` entry of EPUB (OCF 3.3 §4.2.2) and OpenDocument (ODF 1.3 part 2 §3.3). */
function mimetypeOf(content: string | undefined): string | undefined {
  const type = parseEssence(content?.trim() ?? '')
  return type !== undefined && mayBeInside('application/zip', type) ? type : undefined
}

/** Detects Office Open XML and other packages. */
function packageType(contentTypes: string | undefined): string | undefined {
  if (contentTypes === undefined) return undefined
  const known = packageTypes.find(([part]) => contentTypes.includes(part))
  if (known) return known[1]
  const [, main] = /"(application\/vnd\.[a-zA-Z.-]{1,100})\.main\+xml"/.exec(contentTypes) ?? []
  if (main === undefined) return undefined
  const lower = main.toLowerCase().replace(/\.macroenabledtemplate$/, '.macroenabled')
  const type = lower.endsWith('.macroenabled') ? `${lower}.12` : lower
  return mayBeInside('application/zip', type) ? type : undefined
}

/** Root elements of iWork '09. */
const iWorkRoots: [element: string, type: string][] = [
  ['<ls:document', 'application/vnd.apple.numbers'],
  ['<sl:document', 'application/vnd.apple.pages'],
]
/** Header of an IWA archive whose first message is a Pages document. */
const pagesMessage = '\x08\x90\x4e'
const messageWithinBytes = 64

/** Detects iWork documents. Pages and Numbers documents are similar, so a hint takes precedence over entries that are only typical. */
async function iWorkType(
  names: string[],
  read: (name: string) => Promise<string | undefined>,
  hints: string[],
): Promise<string | undefined> {
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name))
  if (has(/^(?:Index\/(?:MasterSlide|TemplateSlide|Slide)[^/]*\.iwa|index\.apxl(?:\.gz)?)$/)) {
    return 'application/vnd.apple.keynote'
  }
  if (!has(/^(?:Index\/Document\.iwa|Index\.zip|index\.xml(?:\.gz)?)$/)) return undefined
  const root = await read('index.xml')
  const byRoot = iWorkRoots.find(([element]) => root?.includes(element))
  if (byRoot) return byRoot[1]
  const document = await read('Index/Document.iwa')
  if (document?.slice(0, messageWithinBytes).includes(pagesMessage) === true) {
    return 'application/vnd.apple.pages'
  }
  const hint = hints.find((type) => type.startsWith('application/vnd.apple.'))
  if (hint !== undefined || document === undefined) return hint
  return has(/^Index\/(?:Tables\/|CalculationEngine)/)
    ? 'application/vnd.apple.numbers'
    : 'application/vnd.apple.pages'
}

function programType(names: ReadonlyMap<string, unknown>): string | undefined {
  if (names.has('META-INF/mozilla.rsa')) return 'application/x-xpinstall'
  if (names.has('AndroidManifest.xml')) return 'application/vnd.android.package-archive'
  return names.has('META-INF/MANIFEST.MF') ? 'application/java-archive' : undefined
}
