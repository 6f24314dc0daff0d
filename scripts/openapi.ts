import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { allOperations } from '../shared/api/operations/all-operations.ts'
import { documentText } from '../shared/api/openapi/document.ts'

/** `npm run openapi` writes `web/openapi.json`. `tests/api/openapi.test.ts` fails if the file is stale. */
const file = fileURLToPath(new URL('../web/openapi.json', import.meta.url))
await writeFile(file, documentText(allOperations))
