import { pipeline } from 'node:stream/promises'
import { fetcherFor, type Host } from './fetch-world.ts'

// Node reads the proxy variables once, when a process starts: so this one starts with them.
const port = Number(process.argv[2])
const fetchSource = fetcherFor([{ port } as Host])
const { body } = await fetchSource(`http://files.example.test:${port}/`, { maxBytes: 1000 })
await pipeline(body, process.stdout)
