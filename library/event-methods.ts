import type { Caller } from '../shared/model/access.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { followEvents } from '../shared/workspace/events/follow-events.ts'
import { readEvents } from '../shared/workspace/events/read-events.ts'
import { argumentSchemas, parseArguments } from './arguments.ts'
import type { Workspace } from './workspace.ts'

type EventMethods = Pick<Workspace, 'events' | 'follow'>

const { signal: never } = new AbortController()

/** The event methods of a workspace; each calls one use case. */
export function openEvents(ports: Ports, caller: Caller): EventMethods {
  return {
    async events(options = {}) {
      return readEvents(ports, caller, parseArguments(argumentSchemas.events, options, 'options'))
    },
    async *follow(options = {}) {
      const { after, signal = never } = parseArguments(argumentSchemas.follow, options, 'options')
      for await (const { events } of followEvents(ports, caller, { after, signal })) yield* events
      throw new Error('The events of a workspace have no end.')
    },
  }
}
