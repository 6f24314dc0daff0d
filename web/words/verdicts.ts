import type { IconName } from '../parts/icon-paths.ts'
import type { ListedFile } from '../state/rows.ts'

export interface Verdict {
  icon: IconName
  tint: 'clean' | 'off' | 'wait' | 'bad' | 'odd'
  word: string
  /** What it means, and what to do. */
  detail: string
}

const reasons: Record<string, string> = {
  encrypted: 'It is locked with a password. Save it without the password, and upload that.',
  'size-limit': 'It is larger than the scanner accepts. Split it, and upload the parts.',
  'time-limit': 'The scan took too long. Upload it once more, or in parts.',
  'nesting-limit':
    'It holds archives in archives, too deeply. Unpack it, and upload the inner files.',
  'file-count-limit': 'It holds too many files. Split it into several archives.',
  'scan-limit': 'It has too many parts. Save it again with an ordinary program.',
  'archive-bomb': 'It unpacks to far more than its own size. Unpack it, and upload the files.',
  'unsupported-archive': 'The scanner cannot unpack it completely. Pack it again as zip or tar.gz.',
}

/** The verdict of a file: an icon, and a word for those who do not see colours. */
export function verdictOf({ state, scan }: Pick<ListedFile, 'state' | 'scan'>): Verdict {
  switch (state) {
    case 'ready':
      // The engine of a server that scans nothing.
      if (scan?.engine === 'none') {
        return {
          icon: 'shieldAlert',
          tint: 'off',
          word: 'Not scanned',
          detail: 'Scanning is switched off on this server.',
        }
      }
      return { icon: 'shieldCheck', tint: 'clean', word: 'Clean', detail: '' }
    case 'pending':
      return {
        icon: 'spinner',
        tint: 'wait',
        word: 'Scanning…',
        detail: 'Nobody can read it before it is scanned.',
      }
    case 'infected': {
      const threat = scan?.verdict === 'infected' ? scan.threat : 'a virus'
      return {
        icon: 'shieldX',
        tint: 'bad',
        word: 'Infected',
        detail: `Infected with ${threat}. Nobody is served it.`,
      }
    }
    case 'unscannable': {
      const reason = scan?.verdict === 'unscannable' ? reasons[scan.reason] : undefined
      return {
        icon: 'shieldAlert',
        tint: 'odd',
        word: 'Can’t be scanned',
        detail: reason ?? 'The scanner could not read it. Save it again with an ordinary program.',
      }
    }
  }
}
