import { createServer } from 'node:http'

/** A bare HTTP server, in JavaScript: the compiler of TypeScript would double its start and its memory. */
const server = createServer((_, response) => response.end('hello'))
server.listen(0, '127.0.0.1', () => {
  console.log(`Baseline is ready at http://127.0.0.1:${server.address().port}`)
})
