import { cp } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** Adds the OpenAPI document and Swagger UI to `web/dist`, which Firebase Hosting serves (`npm run build:web`). */
const web = fileURLToPath(new URL('../web/', import.meta.url))
for (const name of ['openapi.json', 'docs']) {
  await cp(`${web}${name}`, `${web}dist/${name}`, { recursive: true })
}
for (const name of ['swagger-ui-bundle.js', 'swagger-ui.css']) {
  const from = fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`))
  await cp(from, `${web}dist/docs/${name}`)
}
