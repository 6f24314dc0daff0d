import { expect, test } from 'vitest'
import { encodeBatch } from '../../../shared/http/events/encode-events.ts'
import type { FileId, WorkspacePath } from '../../../shared/model/ids.ts'
import type { VisibleEvent } from '../../../shared/workspace/events/visible-event.ts'

function eventOf(sequence: number, path: string): VisibleEvent {
  const at = '2026-01-01T00:00:00.000Z'
  return { sequence, at, type: 'ready', fileId: 'id' as FileId, path: path as WorkspacePath }
}

test('encodes each event as its id and one line of data', () => {
  const events = [eventOf(7, '/a'), eventOf(8, '/b')]
  expect(encodeBatch({ events, next: 8 })).toBe(
    `id: 7\ndata: ${JSON.stringify(events[0])}\n\nid: 8\ndata: ${JSON.stringify(events[1])}\n\n`,
  )
})

test('sets the id without an event if the last events are left out', () => {
  expect(encodeBatch({ events: [], next: 5 })).toBe('id: 5\n\n')
  expect(encodeBatch({ events: [eventOf(3, '/a')], next: 5 })).toMatch(
    /^id: 3\ndata: .*\n\nid: 5\n\n$/,
  )
})

test.each(['\n', '\r', '\r\n', '\n\nid: 9\ndata: {}\n\n', '\u2028', '\0', ':'])(
  'keeps a path with %j on its line',
  (text) => {
    const event = eventOf(1, `/a${text}b`)
    const lines = encodeBatch({ events: [event], next: 1 }).split(/\r\n|\r|\n/)
    expect(lines).toHaveLength(4)
    expect(JSON.parse(lines[1]?.slice('data: '.length) ?? '')).toEqual(event)
  },
)
