import { pipeline } from 'node:stream/promises'
import { fetcherFor, type Host } from './fetch-world.ts'

// Node.js reads the proxy variables only at the start of a process, so the test sets them for a separate process.
const port = Number(process.argv[2])
const fetchSource = fetcherFor([{ port } as Host])
const { body } = await fetchSource(`http://files.example.test:${port}/`, { maxBytes: 1000 })
await pipeline(body, process.stdout)
