import { describe, expect, test } from 'vitest'
import { seenBy } from '../../../web/file/seen-by.ts'

const id = '22850e4e-0300-4a11-9c5d-0123456789ab'
const other = '11111111-0300-4a11-9c5d-0123456789ab'
const image = `workspace://${id}#image/png`
const video = `workspace://${id}#video/mp4`
const audio = `workspace://${id}#audio/mpeg`
const byPath = 'workspace:///photos/beach.png#image/png'

const user = (...parts: object[]) => ({ role: 'user', parts })
const assistant = (...parts: object[]) => ({ role: 'assistant', parts })
const text = { type: 'text', text: `Look at ${image}` }
const attached = (url: string, mediaType = 'image/png') => ({ type: 'file', mediaType, url })
const read = (file: string, output: object, more: object = {}) => ({
  type: 'tool-read_workspace_file',
  toolCallId: 'call-1',
  state: 'output-available',
  input: { file },
  output,
  ...more,
})
const block = { type: 'image', mimeType: 'image/png', data: 'iVBORw0KGgo=' }
const picture = { content: [{ type: 'text', text: '[/photos/beach.png]' }, block] }
const words = {
  content: [
    { type: 'text', text: '[/notes.md]' },
    { type: 'text', text: 'a' },
  ],
}

const seesImages = ['text', 'image']

describe('seenBy', () => {
  test.each<[string, object[], readonly string[] | undefined, string, 'yes' | 'no' | undefined]>([
    ['a model whose input is not known', [user(attached(image))], undefined, image, undefined],
    [
      'a model of text, though the image is attached',
      [user(attached(image))],
      ['text'],
      image,
      'no',
    ],
    ['an image that is named in a text only', [user(text)], seesImages, image, 'no'],
    ['an attached image', [user(text, attached(image))], seesImages, image, 'yes'],
    [
      'an attached image, named without its type',
      [user(attached(`workspace://${id}`))],
      seesImages,
      image,
      'yes',
    ],
    ['another attached image', [user(attached(`workspace://${other}`))], seesImages, image, 'no'],
    ['an image that was read by its id', [assistant(read(id, picture))], seesImages, image, 'yes'],
    [
      'an image that was read by its reference',
      [assistant(read(image, picture))],
      seesImages,
      image,
      'yes',
    ],
    [
      'an image that was read by its path',
      [assistant(read('/photos/beach.png', picture))],
      seesImages,
      byPath,
      'yes',
    ],
    ['a file that was read as text', [assistant(read(id, words))], seesImages, image, 'no'],
    [
      'a read that failed',
      [assistant(read(id, { ...picture, isError: true }))],
      seesImages,
      image,
      'no',
    ],
    [
      'a read that is under way',
      [assistant(read(id, picture, { state: 'input-available' }))],
      seesImages,
      image,
      'no',
    ],
    [
      'a text that is no reference',
      [user(attached(image))],
      seesImages,
      'https://example.com/a.png',
      undefined,
    ],
    ['an attached film', [user(attached(video, 'video/mp4'))], ['text', 'video'], video, 'yes'],
    [
      'an attached film, and a model of images',
      [user(attached(video, 'video/mp4'))],
      seesImages,
      video,
      'no',
    ],
    ['a film whose frames were read', [assistant(read(id, picture))], seesImages, video, 'yes'],
    [
      'a recording whose waveform was read',
      [assistant(read(id, picture))],
      seesImages,
      audio,
      'no',
    ],
    [
      'an attached recording',
      [user(attached(audio, 'audio/mpeg'))],
      ['text', 'audio'],
      audio,
      'yes',
    ],
    [
      'an attached recording, and a model of images',
      [user(attached(audio, 'audio/mpeg'))],
      seesImages,
      audio,
      'no',
    ],
  ])('%s', (_, messages, inputs, src, seen) => {
    expect(seenBy(messages as { parts: object[] }[], { inputs })(src)).toBe(seen)
  })

  test.each([
    [
      'a dynamic tool with the name of its server',
      { type: 'dynamic-tool', toolName: 'coffer_read_workspace_file' },
    ],
    [
      'a tool whose output is made for models',
      { output: { type: 'content', value: [{ type: 'media', mediaType: 'image/png', data: '' }] } },
    ],
    [
      'a tool whose output has image data',
      {
        output: {
          type: 'content',
          value: [{ type: 'image-data', mediaType: 'image/png', data: '' }],
        },
      },
    ],
  ])('accepts %s', (_, more) => {
    const messages = [assistant(read(id, picture, more))]
    expect(seenBy(messages, { inputs: seesImages })(image)).toBe('yes')
  })

  test('says nothing of a file by its id while another one was read by its path', () => {
    const messages = [assistant(read('/photos/beach.png', picture))]
    const seen = seenBy(messages, { inputs: seesImages })
    expect(seen(image)).toBeUndefined()
    expect(seen('workspace:///photos/other.png')).toBe('no')
  })

  test('knows that a path and an id are one file from the record in the result of a tool', () => {
    const record = {
      type: 'tool-get_workspace_file',
      state: 'output-available',
      input: { file: '/photos/beach.png' },
      output: { content: [], structuredContent: { id, path: '/photos/beach.png' } },
    }
    const messages = [assistant(record, read('/photos/beach.png', picture))]
    const seen = seenBy(messages, { inputs: seesImages })
    expect(seen(image)).toBe('yes')
    expect(seen(`workspace://${other}`)).toBe('no')
  })

  test('ignores parts of any shape', () => {
    const odd = [
      {},
      { type: 'file' },
      { type: 'file', url: 7 },
      read(id, {}),
      { type: 'step-start' },
    ]
    const outputs = [null, 'text', [null], { content: [null, 7] }]
    const results = outputs.map((output) => read(id, output as object))
    expect(seenBy([user(...odd, ...results)], { inputs: seesImages })(image)).toBe('no')
  })
})
