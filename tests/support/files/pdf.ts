/** A page of 200 × 100 points without a cross-reference table, which readers reconstruct. */
export const onePagePdf = Buffer.from(
  `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R>>endobj
4 0 obj<</Length 28>>stream
1 0 0 rg 20 20 100 50 re f
endstream endobj
trailer<</Root 1 0 R>>
%%EOF
`,
)

/** A PDF whose pages have these lines of text; a page without lines is empty. */
export function textPdf(pages: string[][]): Buffer {
  const first = 4
  const objects = pages.flatMap((lines, at) => {
    const shown = lines.map((line) => `(${line}) Tj 0 -20 Td`).join(' ')
    const content = `BT /F1 12 Tf 20 180 Td ${shown} ET`
    const [page, stream] = [first + 2 * at, first + 2 * at + 1]
    return [
      `${page} 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 200]/Resources<</Font<</F1 3 0 R>>>>/Contents ${stream} 0 R>>endobj`,
      `${stream} 0 obj<</Length ${content.length}>>stream\n${content}\nendstream endobj`,
    ]
  })
  const kids = pages.map((_, at) => `${first + 2 * at} 0 R`).join(' ')
  return Buffer.from(
    [
      '%PDF-1.4',
      '1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj',
      `2 0 obj<</Type/Pages/Kids[${kids}]/Count ${pages.length}>>endobj`,
      '3 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj',
      ...objects,
      'trailer<</Root 1 0 R>>',
      '%%EOF',
      '',
    ].join('\n'),
  )
}
