interface KeyRow {
  id: string
  /** As `keyNameOf` names them. */
  keys: readonly string[]
  does: string
}

/** The keys of the list: what the sheet shows, and what `keys.ts` acts on. Capital letters act, because small ones find names. */
export const keySheet = [
  {
    id: 'move',
    keys: ['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End'],
    does: 'move the focus; ← → among tiles',
  },
  {
    id: 'extend',
    keys: [
      'Shift+ArrowUp',
      'Shift+ArrowDown',
      'Shift+PageUp',
      'Shift+PageDown',
      'Shift+Home',
      'Shift+End',
    ],
    does: 'select a range',
  },
  { id: 'actions', keys: ['ArrowRight', 'ArrowLeft'], does: 'to the actions of a row, and back' },
  { id: 'find', keys: [], does: 'find the next name that begins so' },
  { id: 'open', keys: ['Enter'], does: 'open' },
  { id: 'select', keys: ['Space', 'Ctrl+Space'], does: 'select or not' },
  { id: 'selectAll', keys: ['Ctrl+A'], does: 'select all' },
  { id: 'end', keys: ['Escape'], does: 'end the selection, then the details, then the search' },
  { id: 'up', keys: ['Backspace', 'Alt+ArrowUp'], does: 'the folder above' },
  { id: 'search', keys: ['/', 'Ctrl+K'], does: 'search' },
  { id: 'rename', keys: ['F2'], does: 'rename' },
  { id: 'moveTo', keys: ['Shift+M'], does: 'move to a folder' },
  { id: 'copyTo', keys: ['Shift+C'], does: 'copy to a folder' },
  { id: 'trash', keys: ['Delete'], does: 'to the trash' },
  { id: 'undo', keys: ['Ctrl+Z'], does: 'undo' },
  { id: 'references', keys: ['Ctrl+C'], does: 'copy references' },
  { id: 'download', keys: ['Shift+D'], does: 'download' },
  { id: 'link', keys: ['Shift+L'], does: 'share by a link' },
  { id: 'details', keys: ['Shift+I'], does: 'details' },
  { id: 'preview', keys: ['Shift+P'], does: 'preview; ← → there' },
  { id: 'upload', keys: ['Shift+U'], does: 'upload files' },
  { id: 'uploadFolder', keys: ['Shift+F'], does: 'upload a folder' },
  { id: 'layout', keys: ['Shift+V'], does: 'list or tiles' },
  { id: 'menu', keys: ['Shift+F10', 'ContextMenu'], does: 'the menu of the row' },
  { id: 'sheet', keys: ['?'], does: 'this sheet' },
] as const satisfies readonly KeyRow[]

export type KeyCommand = (typeof keySheet)[number]['id']

interface Pressed {
  key: string
  shiftKey: boolean
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
}

/** `Shift+M`, `Ctrl+A`, `/`. The command key of a Mac is `Ctrl`. A sign such as `?` needs Shift on some keyboards only. */
function keyNameOf({ key, shiftKey, ctrlKey, metaKey, altKey }: Pressed): string {
  const isSign = key.length === 1 && key !== ' ' && key.toLowerCase() === key.toUpperCase()
  const name = key === ' ' ? 'Space' : ctrlKey || metaKey || shiftKey ? upper(key) : key
  const held = [
    ...(ctrlKey || metaKey ? ['Ctrl'] : []),
    ...(altKey ? ['Alt'] : []),
    ...(shiftKey && !isSign ? ['Shift'] : []),
  ]
  return [...held, name].join('+')
}

function upper(key: string): string {
  return key.length === 1 ? key.toUpperCase() : key
}

const commands = new Map<string, KeyCommand>(
  keySheet.flatMap(({ id, keys }) => keys.map((key) => [key, id] as const)),
)

export function commandOf(pressed: Pressed): KeyCommand | undefined {
  return commands.get(keyNameOf(pressed))
}

const signs: Record<string, string> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  PageUp: 'Page Up',
  PageDown: 'Page Down',
  Escape: 'Esc',
  ContextMenu: 'Menu',
}

/** The keys of a row as people read them. */
export function shownKeys(keys: readonly string[]): string {
  if (keys.length === 0) return 'small letters and digits'
  return keys
    .map((key) =>
      key
        .split('+')
        .map((part) => signs[part] ?? part)
        .join(' + '),
    )
    .join(' · ')
}
