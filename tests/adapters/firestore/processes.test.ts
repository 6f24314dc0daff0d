import { expect, test } from 'vitest'
import { runWriters } from './processes.ts'
import { firestoreWorld, newProject, useFirestore } from './world.ts'

useFirestore()

const processes = 4
// The processes take seconds to start and to wait for each other on a busy machine.
const timeout = 120_000

test(
  'concurrent uploads of four processes to one workspace are stored and counted exactly',
  { timeout },
  async () => {
    const projectId = newProject()
    const uploads = 8
    const { failures } = await runWriters({ projectId, processes, uploads, overwrites: 0 })
    expect(failures).toEqual([])
    await using world = await firestoreWorld(projectId)
    const count = processes * uploads
    expect(await world.counters()).toEqual({
      liveBytes: 2 * count,
      liveCount: count,
      reservedBytes: 0,
      trashBytes: 0,
    })
    const { files } = await world.list()
    expect(new Set(files.map(({ sequence }) => sequence)).size).toBe(count)
  },
)

test(
  'overwrites of one path by four processes leave one owner and exact counters',
  { timeout },
  async () => {
    const projectId = newProject()
    const overwrites = 4
    const { failures } = await runWriters({ projectId, processes, uploads: 0, overwrites })
    expect(failures).toEqual([])
    await using world = await firestoreWorld(projectId)
    expect(await world.counters()).toEqual({
      liveBytes: 2,
      liveCount: 1,
      reservedBytes: 0,
      trashBytes: 2 * (processes * overwrites - 1),
    })
    expect(await world.listAll()).toEqual(['/shared'])
  },
)
