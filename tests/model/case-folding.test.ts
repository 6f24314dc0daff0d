import { expect, test } from 'vitest'
import { foldCase } from '../../shared/model/case-folding.ts'

test('folds every character like its upper and lower case', () => {
  const unlike: string[] = []
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code)
    const cases = [character.toUpperCase(), character.toLowerCase()]
    if (cases.some((other) => foldCase(other) !== foldCase(character))) unlike.push(character)
  }
  expect(unlike).toEqual([])
})

test.each([
  ['Straße', 'STRASSE'],
  ['ẞ', 'ss'],
  ['ΟΔΟΣ', 'οδοσ'],
  ['ΟΔΟΣ', 'οδος'],
  ['cafe\u0301', 'CAFÉ'],
])('%j folds as %j does', (one, other) => {
  expect(foldCase(one)).toBe(foldCase(other))
})

test('keeps different letters different', () => {
  expect(foldCase('e')).not.toBe(foldCase('é'))
  expect(foldCase('%')).toBe('%')
})
