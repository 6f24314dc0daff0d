import { expect, test } from 'vitest'
import { isReadable, pagesOf } from '../../../shared/media/document-text/pdf-pages.ts'

test('pagesOf splits a text after each form feed', () => {
  expect(pagesOf('one\n\ftwo\n\f')).toEqual(['one\n', 'two\n'])
  expect(pagesOf('\f\f')).toEqual(['', ''])
  expect(pagesOf('no form feed')).toEqual(['no form feed'])
})

test.each([
  ['a sentence', ['A sentence with some words in it.'], true],
  ['Chinese', ['这是一个包含足够多汉字的中文句子，可以阅读。'], true],
  ['numbers of a table', ['12.50  13.75\n99.00  100.25\n7.00  8.00 9.00'], true],
  ['a scan without text', ['', ' \n'], false],
  [
    'glyphs without a meaning',
    ['\u0002\u0015\u0007\ue001\ue002\ue003!"#$%&\u0003\u0004\u0005\u0006\u0011'],
    false,
  ],
  ['only a page number', ['3'], false],
])('isReadable judges %s', (_, pages, expected) => {
  expect(isReadable(pages)).toBe(expected)
})
