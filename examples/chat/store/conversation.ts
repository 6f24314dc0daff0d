import type { References } from './store-files.ts'

/** A message as `UIMessage` of the AI SDK has it. */
export interface Message {
  id: string
  role: 'user' | 'assistant'
  parts: Part[]
}

export type Part =
  | { type: 'text'; text: string }
  | { type: 'file'; url: string; mediaType: string; filename?: string }
  | { type: string; toolCallId: string; state: string; input: object; output: object }

const text = (words: string): Part => ({ type: 'text', text: words })

/** The recorded conversation. Nobody has asked a model: people wrote it for this page. */
export function conversationOf(files: References): Message[] {
  return [
    {
      id: 'm1',
      role: 'user',
      parts: [
        {
          type: 'file',
          url: files.ridges,
          mediaType: 'image/webp',
          filename: 'The ridge in the mist.webp',
        },
        text('Make a postcard of this one, and put the numbers of the quarter on the back.'),
      ],
    },
    {
      id: 'm2',
      role: 'assistant',
      parts: [
        {
          type: 'tool-read_workspace_file',
          toolCallId: 'call-1',
          state: 'output-available',
          input: { file: files.report },
          output: { content: [{ type: 'text', text: '[/chat/files/Third quarter report.pdf]' }] },
        },
        text(`I have framed the photo as it is, and set the figures from the report on the back.

![The postcard](${files.postcard})

The figures are from [the report](${files.report}) and [its table](${files.table}). The print is still on its way:

![The print](${files.print})`),
      ],
    },
    {
      id: 'm3',
      role: 'user',
      parts: [text('And the other files of the offsite?')],
    },
    {
      id: 'm4',
      role: 'assistant',
      parts: [
        text(`Here they are.

![A tour of the house](${files.tour})

![The interview with Anna](${files.talk})

The invoice cannot be used, the first cover is deleted, and one note is gone for good:

![](${files.invoice})

![](${files.draft})

![](workspace://00000000-0000-4000-8000-000000000000)`),
      ],
    },
  ]
}
