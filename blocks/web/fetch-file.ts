import { z } from 'zod'
import { defineBlock, outputMedia } from '../../shared/blocks/sdk.ts'

const maxUrlLength = 8192

export const fetchFile = defineBlock({
  id: 'b5d7e013-6c2f-4a98-8e4d-91f3a7c05b26',
  name: 'FetchFile',
  description:
    'Downloads a file of the public web, scans it and stores it in the workspace. Reaches no private address.',
  categories: ['web'],
  input: z.object({
    url: z
      .url({ protocol: /^https?$/ })
      .max(maxUrlLength)
      .meta({ title: 'Address', placeholder: 'https://example.org/report.pdf' }),
  }),
  output: z.object({ file: outputMedia() }),
  async *run({ input: { url }, output, context }) {
    yield { progress: `Downloading from ${new URL(url).hostname}` }
    yield output.file(await context.storeMedia({ file: url, returnFormat: 'for_block_output' }))
  },
  tests: [
    {
      name: 'refuses an address of this machine',
      input: { url: 'http://127.0.0.1/' },
      output: [['error', /not allowed|private|public/]],
    },
    {
      name: 'refuses the metadata server of a cloud',
      input: { url: 'http://169.254.169.254/computeMetadata/v1/' },
      output: [['error', /not allowed|private|public/]],
    },
    {
      name: 'refuses a port that is not for the web',
      input: { url: 'https://example.org:22/' },
      output: [['error', /port/]],
    },
  ],
})
