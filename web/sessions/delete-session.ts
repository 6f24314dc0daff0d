import { changed } from '../state/actions.ts'
import { coffer } from '../state/client.ts'
import { dialog } from '../state/overlays.ts'
import { nameOf, sessionsFolder } from '../state/route.ts'
import type { Row } from '../state/rows.ts'
import { fail } from '../state/toasts.ts'
import { undoable } from '../state/undo.ts'
import { quoted } from '../words/format.ts'

/** Asks before the files of a session go: a session is the work of an agent, and one key reaches all of it. */
export function askToDeleteSession([row]: readonly Row[]): void {
  if (row) dialog.value = { kind: 'delete-session', session: nameOf(row.path) }
}

/** Moves the files of a session to the trash. Undo restores them. */
export async function deleteSession(session: string): Promise<void> {
  try {
    await coffer.deleteSession(session)
    await changed()
    undoable({ text: `The files of session ${quoted(session)} are in the trash` }, async () => {
      await coffer.restoreFolder({ prefix: `${sessionsFolder}${session}/` }).catch(fail)
      await changed()
    })
  } catch (error) {
    fail(error)
  }
}
