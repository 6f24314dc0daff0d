import { downloadZip } from 'client-zip'

const namespaces = [
  ['office', 'office'],
  ['style', 'style'],
  ['text', 'text'],
  ['table', 'table'],
  ['draw', 'drawing'],
  ['fo', 'xsl-fo-compatible'],
  ['svg', 'svg-compatible'],
]
  .map(([prefix, name]) => `xmlns:${prefix}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`)
  .join(' ')
const links = 'xmlns:xlink="http://www.w3.org/1999/xlink"'

/** Archives files in the given order, as in a document. */
export async function archive(files: Record<string, string | Buffer>): Promise<Buffer> {
  const entries = Object.entries(files).map(([name, input]) => ({ name, input }))
  return Buffer.from(await downloadZip(entries).arrayBuffer())
}

export type OpenDocumentKind = 'text' | 'spreadsheet' | 'presentation'

interface OpenDocumentParts {
  /** Automatic styles. */
  styles?: string
  files?: Record<string, string | Buffer>
}

/** Makes an OpenDocument file (ODF 1.3) with a body. */
export async function openDocument(
  kind: OpenDocumentKind,
  body: string,
  { styles = '', files = {} }: OpenDocumentParts = {},
): Promise<Buffer> {
  const type = `application/vnd.oasis.opendocument.${kind}`
  const content = `<?xml version="1.0"?><office:document-content ${namespaces} ${links} office:version="1.2"><office:automatic-styles>${styles}</office:automatic-styles><office:body><office:${kind}>${body}</office:${kind}></office:body></office:document-content>`
  const paths = ['/', 'content.xml', ...Object.keys(files)]
  const listed = paths.map((path) => {
    const mediaType = path === '/' ? type : path.endsWith('.xml') ? 'text/xml' : ''
    return `<manifest:file-entry manifest:full-path="${path}" manifest:media-type="${mediaType}"/>`
  })
  const manifest = `<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">${listed.join('')}</manifest:manifest>`
  return archive({
    mimetype: type,
    'content.xml': content,
    ...files,
    'META-INF/manifest.xml': manifest,
  })
}

const red = 'fo:background-color="#ff0000"'

/** Documents whose first page, sheet or slide is partly red, and whose second is partly blue. */
export const redDocuments: Record<OpenDocumentKind, () => Promise<Buffer>> = {
  text: () =>
    openDocument(
      'text',
      `${'<text:p text:style-name="r">first page</text:p>'.repeat(9)}<text:p text:style-name="b">second page</text:p>`,
      {
        styles: `<style:style style:name="r" style:family="paragraph"><style:paragraph-properties ${red}/></style:style><style:style style:name="b" style:family="paragraph"><style:paragraph-properties fo:background-color="#0000ff" fo:break-before="page"/></style:style>`,
      },
    ),
  spreadsheet: () =>
    openDocument(
      'spreadsheet',
      `<table:table table:name="A">${'<table:table-row><table:table-cell table:style-name="r" office:value-type="string"><text:p>first sheet</text:p></table:table-cell></table:table-row>'.repeat(9)}</table:table>`,
      {
        styles: `<style:style style:name="r" style:family="table-cell"><style:table-cell-properties ${red}/></style:style>`,
      },
    ),
  presentation: () =>
    openDocument(
      'presentation',
      `<draw:page draw:name="1"><draw:rect draw:style-name="r" svg:x="1cm" svg:y="1cm" svg:width="15cm" svg:height="10cm"/></draw:page><draw:page draw:name="2"/>`,
      {
        styles: `<style:style style:name="r" style:family="graphic"><style:graphic-properties draw:fill="solid" draw:fill-color="#ff0000"/></style:style>`,
      },
    ),
}

/** Makes a text that links a picture instead of containing it. */
export function textWithPicture(href: string): Promise<Buffer> {
  return openDocument(
    'text',
    `<text:p><draw:frame svg:width="15cm" svg:height="15cm" text:anchor-type="as-char"><draw:image xlink:href="${href}" xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame></text:p>`,
  )
}

const relationships = (content: string) =>
  `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${content}</Relationships>`
const ofOffice = 'http://schemas.openxmlformats.org/officeDocument/2006'

/** Makes a Word document (ECMA-376) with a body and relationships of its main part. */
export async function wordDocument(
  body: string,
  { related = '', files = {} }: { related?: string; files?: Record<string, string | Buffer> } = {},
): Promise<Buffer> {
  return archive({
    '[Content_Types].xml': `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="jpeg" ContentType="image/jpeg"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
    '_rels/.rels': relationships(
      `<Relationship Id="a" Type="${ofOffice}/relationships/officeDocument" Target="word/document.xml"/>`,
    ),
    'word/_rels/document.xml.rels': relationships(related),
    'word/document.xml': `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="${ofOffice}/relationships" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><w:body>${body}</w:body></w:document>`,
    ...files,
  })
}

/** Makes a Word document that links a picture. */
export function wordWithPicture(href: string): Promise<Buffer> {
  const size = 'cx="5000000" cy="5000000"'
  const body = `<w:p><w:r><w:drawing><wp:inline><wp:extent ${size}/><wp:docPr id="1" name="a"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="a"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:link="p"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext ${size}/></a:xfrm><a:prstGeom prst="rect"/></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`
  const related = `<Relationship Id="p" Type="${ofOffice}/relationships/image" TargetMode="External" Target="${href}"/>`
  return wordDocument(body, { related })
}
