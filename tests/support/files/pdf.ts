export { textPdf } from '../../../blocks/fixtures/pdf.ts'

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
