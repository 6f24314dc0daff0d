import { expect, test } from 'vitest'
import type { UnscannableReason } from '../../shared/model/verdict.ts'
import { explainUnscannable } from '../../shared/model/unscannable.ts'

const remedies: [UnscannableReason, cause: string, remedy: string][] = [
  ['encrypted', 'password', 'Save it without the password'],
  ['size-limit', 'larger', 'Split it'],
  ['time-limit', 'longer', 'Try once more'],
  ['nesting-limit', 'archives in archives', 'Unpack it'],
  ['file-count-limit', 'more files', 'Split it'],
  ['scan-limit', 'more parts', 'Save it again'],
  ['archive-bomb', 'unpacks to far more', 'pack them again'],
  ['unsupported-archive', 'cannot unpack', 'ordinary zip'],
]

test.each(remedies)('%s has a cause and a remedy', (reason, cause, remedy) => {
  expect(explainUnscannable(reason)).toContain(cause)
  expect(explainUnscannable(reason)).toContain(remedy)
  const speaksOfPasswords = explainUnscannable(reason).includes('password')
  expect(speaksOfPasswords).toBe(reason === 'encrypted')
})

test.each(['something-else', 'toString', ''])('the unknown reason %j has a remedy', (reason) => {
  expect(explainUnscannable(reason)).toContain('Save it again')
})
