import { downloadZip } from 'client-zip'
import { describe, expect, test } from 'vitest'
import { officeText } from '../../../shared/media/document-text/office-text.ts'

const signal = new AbortController().signal
const ooxml = 'application/vnd.openxmlformats-officedocument'
const word = `${ooxml}.wordprocessingml.document`
const odt = 'application/vnd.oasis.opendocument.text'

async function textOf(
  mimeType: string,
  parts: Record<string, string>,
): Promise<string | undefined> {
  const entries = Object.entries(parts).map(([name, input]) => ({ name, input }))
  const bytes = Buffer.from(await downloadZip(entries).arrayBuffer())
  const read = async (offset: number, count: number) => bytes.subarray(offset, offset + count)
  return officeText(read, { mimeType, sizeBytes: bytes.length }, signal)
}

const body = (xml: string) => ({
  'word/document.xml': `<?xml version="1.0"?><w:document xmlns:w="w"><w:body>${xml}</w:body></w:document>`,
})
const paragraph = (text: string) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`

const slide = (text: string) =>
  `<p:sld xmlns:p="p" xmlns:a="a"><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:sld>`

describe('officeText', () => {
  test('reads the paragraphs of a docx without deleted text and fields', async () => {
    const xml = `${paragraph('Hello &amp; <![CDATA[<you>]]>')}<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>`
    expect(await textOf(word, body(xml))).toBe('Hello & <you>\na\tb\nc\n')
  })

  test('reads the slides of a pptx in the order of their numbers', async () => {
    const parts = {
      'ppt/slides/slide10.xml': slide('ten'),
      'ppt/slides/slide2.xml': slide('two'),
      'ppt/slides/_rels/slide2.xml.rels': '<x/>',
    }
    const type = `${ooxml}.presentationml.presentation`
    expect(await textOf(type, parts)).toBe('# Slide 2\ntwo\n# Slide 10\nten\n')
  })

  test('reads the cells of an xlsx at their columns', async () => {
    const parts = {
      'xl/sharedStrings.xml':
        '<sst><si><t>Name</t></si><si><r><t>Straß</t></r><r><t>e</t></r><rPh><t>hint</t></rPh></si></sst>',
      'xl/worksheets/sheet1.xml':
        '<worksheet><sheetData><row><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row><row><c r="B2"><f>1+1</f><v>2</v></c><c t="inlineStr"><is><t>x</t></is></c><c r="XFD2" t="s"><v>99</v></c></row></sheetData></worksheet>',
    }
    const text = await textOf(`${ooxml}.spreadsheetml.sheet`, parts)
    expect(text?.slice(0, 40)).toMatch(/^# Sheet 1\nName\t\tStraße\n\t2x\t+$/)
    expect(text?.length).toBeLessThan(100)
  })

  test('reads text and tables of OpenDocument without comments', async () => {
    const content =
      '<office:document-content xmlns:office="o" xmlns:text="t" xmlns:table="b"><text:h>Title</text:h><text:p>a<text:s text:c="3"/>b<office:annotation><text:p>secret</text:p></office:annotation></text:p><table:table table:name="T"><table:table-row><table:table-cell><text:p>1</text:p></table:table-cell><table:table-cell><text:p>2</text:p></table:table-cell></table:table-row></table:table></office:document-content>'
    expect(await textOf(odt, { 'content.xml': content })).toBe('Title\na   b\n# T\n1 \t2 \t\n')
  })

  test.each([
    [
      'no archive',
      async () =>
        officeText(async () => Buffer.from('no'), { mimeType: word, sizeBytes: 2 }, signal),
    ],
    ['a missing part', () => textOf(word, { 'other.xml': '<x/>' })],
    ['XML that is not well-formed', () => textOf(word, body('<w:p>'))],
    ['a part of more than 16 MiB', () => textOf(word, body(' '.repeat(17 * 1024 * 1024)))],
    ['another type', () => textOf('application/zip', body(paragraph('x')))],
  ])('is undefined for %s', async (_, read) => {
    expect(await read()).toBeUndefined()
  })

  test('expands no entities of the document', async () => {
    const xml = `<!DOCTYPE d [<!ENTITY a "${'x'.repeat(1000)}"><!ENTITY b SYSTEM "file:///etc/passwd">]><d><t>&a;&b;</t></d>`
    expect(await textOf(word, { 'word/document.xml': xml })).toBeUndefined()
  })

  test('ends at 4 MiB of text', async () => {
    const text = await textOf(word, body(paragraph('y'.repeat(1_000_000)).repeat(8)))
    expect(text?.length).toBe(4 * 1024 * 1024)
  })

  test('lets other work run while it parses', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    await textOf(word, body(paragraph('word '.repeat(10)).repeat(50_000)))
    clearInterval(timer)
    expect(turns).toBeGreaterThan(10)
  })

  test('ends when its caller ends', async () => {
    const ends = AbortSignal.abort(new Error('gone'))
    const entries = Object.entries(body(paragraph('x'))).map(([name, input]) => ({ name, input }))
    const bytes = Buffer.from(await downloadZip(entries).arrayBuffer())
    const read = async (offset: number, count: number) => bytes.subarray(offset, offset + count)
    const reading = officeText(read, { mimeType: word, sizeBytes: bytes.length }, ends)
    await expect(reading).rejects.toThrow('gone')
  })

  test('refuses an element with very many attributes, and very deep elements', async () => {
    const attributes = Array.from({ length: 1001 }, (_, i) => `a${i}=""`).join(' ')
    expect(await textOf(word, body(`<w:p ${attributes}/>`))).toBeUndefined()
    expect(await textOf(word, body('<w:p>'.repeat(999) + '</w:p>'.repeat(999)))).toBeUndefined()
  })

  test('keeps the order of many short parts', async () => {
    const xml = Array.from({ length: 10_000 }, (_, i) => `<w:t>${i}</w:t><w:br/>`).join('')
    const numbers = Array.from({ length: 10_000 }, (_, i) => `${i}\n`).join('')
    expect(await textOf(word, body(xml))).toBe(numbers)
  })
})
