import { describe, expect, it } from 'vitest'
import { qualityOf } from '../../../shared/http/protocol/accept.ts'

const rows: [accept: string | undefined, json: number, png: number][] = [
  [undefined, 1, 1],
  ['', 1, 1],
  ['*/*', 1, 1],
  ['*', 1, 1],
  ['text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2', 0.2, 0.2],
  ['application/json', 1, 0],
  ['Application/JSON', 1, 0],
  ['application/json; charset=utf-8', 1, 0],
  ['application/json;odata=verbose', 1, 0],
  ['application/json, text/plain, */*', 1, 1],
  ['application/json;q=0', 0, 0],
  ['application/json;q=0, */*', 0, 1],
  ['*/*, application/json;q=0', 0, 1],
  ['*/*;q=0.5, application/json', 1, 0.5],
  ['application/json;q=0.5, */*', 0.5, 1],
  ['application/json, text/javascript, */*; q=0.01', 1, 0.01],
  ['application/*', 1, 0],
  ['image/*, application/json;q=0.9', 0.9, 1],
  ['image/*;q=0.1, */*', 1, 0.1],
  ['application/json;Q=0.3', 0.3, 0],
  ['application/json ; q = 0.3', 0.3, 0],
  ['application/json;q="0.3"', 0.3, 0],
  ['application/json;q=0, application/json', 1, 0],
  ['application/problem+json', 0, 0],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8', 0.8, 0.8],
  ['application/json;q=-1, */*;q=2', 0, 1],
  [',,application/json,,', 1, 0],
  ['application/json;q=0.3;ext="a,b;q=1"', 0.3, 0],
  ['"application/json"', 0, 0],
  ['nonsense', 0, 0],
]

describe('Accept (RFC 9110 §12.5.1)', () => {
  it.each(rows)('%s: JSON %d, PNG %d', (accept, json, png) => {
    const qualities = ['application/json', 'image/png'].map((type) => qualityOf(accept, type))
    expect(qualities).toEqual([json, png])
  })
})
