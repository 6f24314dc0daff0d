import type { UnscannableReason } from './verdict.ts'

const causes: Record<UnscannableReason, string> = {
  encrypted:
    'its content is encrypted or protected by a password. Save it without the password or protection, or unpack it, and use that.',
  'size-limit':
    'it, or what it unpacks to, is larger than the scanner takes. Split it, or use the files in it one by one.',
  'time-limit':
    'scanning it took longer than the scanner may take. Try once more, or use the files in it one by one.',
  'nesting-limit':
    'it holds archives in archives, more deeply than the scanner looks. Unpack it, and use the inner archives one by one.',
  'file-count-limit':
    'it holds more files than the scanner looks into. Split it into several archives with fewer files each.',
  'scan-limit':
    'it has more parts, or more deeply nested ones, than the scanner looks into. Save it again with an ordinary program, or use its parts one by one.',
  'archive-bomb':
    'it unpacks to far more than it holds. Unpack it, and use the files in it, or pack them again with an ordinary program.',
  'unsupported-archive':
    'it is, or holds, an archive that the scanner cannot unpack whole. Pack the files again as an ordinary zip or tar.gz file, or use them one by one.',
}

/** Explains why a file could not be scanned and what to do instead. The text continues a sentence. */
export function explainUnscannable(reason: string): string {
  return Object.hasOwn(causes, reason)
    ? causes[reason as UnscannableReason]
    : 'the scanner could not look into it. Save it again with an ordinary program, and use that.'
}
