import { cp } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** `npm run docs` copies the files of Swagger UI into `web/docs/`, which Firebase Hosting serves. */
for (const name of ['swagger-ui-bundle.js', 'swagger-ui.css']) {
  const from = fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`))
  await cp(from, fileURLToPath(new URL(`../web/docs/${name}`, import.meta.url)))
}
