import { describe, expect, test } from 'vitest'
import { kindOf } from '../../web/words/kinds.ts'

describe('the kind of a file', () => {
  test.each([
    ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'Document'],
    ['application/vnd.openxmlformats-officedocument.presentationml.presentation', 'Document'],
    ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'Table'],
    ['application/vnd.oasis.opendocument.text', 'Document'],
    ['application/xml', 'Code'],
    ['image/svg+xml', 'Image'],
    ['text/plain', 'Text'],
    ['application/octet-stream', 'File'],
  ])('of %s is %s', (mimeType, word) => {
    expect(kindOf(mimeType).word).toBe(word)
  })
})
