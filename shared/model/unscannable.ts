import type { UnscannableReason } from './verdict.ts'

const causes: Record<UnscannableReason, string> = {
  encrypted:
    'its content is encrypted or protected by a password. Save it without the password or protection, or unpack it, and use that.',
  'size-limit':
    'it, or its unpacked content, is larger than the scanner accepts. Split it, or use the files in it one by one.',
  'time-limit':
    'scanning it took longer than the time limit. Try once more, or use the files in it one by one.',
  'nesting-limit':
    'it contains archives in archives, nested more deeply than the scanner allows. Unpack it, and use the inner archives one by one.',
  'file-count-limit':
    'it contains more files than the scanner allows. Split it into several archives with fewer files each.',
  'scan-limit':
    'it has more parts, or more deeply nested parts, than the scanner allows. Save it again with an ordinary program, or use its parts one by one.',
  'archive-bomb':
    'it unpacks to far more than its own size. Unpack it, and use the files in it, or pack them again with an ordinary program.',
  'unsupported-archive':
    'it is or contains an archive that the scanner cannot unpack completely. Pack the files again as an ordinary zip or tar.gz file, or use them one by one.',
}

/** Explains why a file could not be scanned and what to do instead. The text continues a sentence. */
export function explainUnscannable(reason: string): string {
  return Object.hasOwn(causes, reason)
    ? causes[reason as UnscannableReason]
    : 'the scanner could not read its content. Save it again with an ordinary program, and use that.'
}
