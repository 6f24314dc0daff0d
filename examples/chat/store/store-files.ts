import { CofferError, type Coffer, type UploadTicket } from '../../../shared/client/coffer.ts'
import { film, hills, pdf, sea, testVirus, tone } from './samples.ts'

/** References to files in every state, by what the conversation calls them. */
export type References = Record<
  'ridges' | 'postcard' | 'report' | 'table' | 'tour' | 'talk' | 'print' | 'invoice' | 'draft',
  string
>

const folder = '/chat/files'

/** Stores the files. Files of an earlier run move to the trash. */
export async function storeFiles(coffer: Coffer): Promise<References> {
  const store = async (name: string, bytes: Blob, origin?: 'agent-created') => {
    const path = `${folder}/${name}`
    const { id, mimeType } = await coffer.upload(bytes, {
      path,
      overwrite: true,
      ...(origin && { origin }),
    }).done
    return `workspace://${id}#${mimeType}`
  }
  const ridges = await drawing(coffer, 'ridges', hills)
  const postcard = await drawing(coffer, 'postcard', sea)
  const draft = await store('draft-cover.svg', hills, 'agent-created')
  await coffer.delete(idOf(draft))
  return {
    ridges: await store('The ridge in the mist.webp', ridges),
    postcard: await store('postcard.webp', postcard, 'agent-created'),
    report: await store('Third quarter report.pdf', pdf),
    table: await store(
      'revenue-by-region.csv',
      new Blob(['region,revenue\nnorth,1203\nsouth,980\n']),
    ),
    tour: await store('tour.webm', await film()),
    talk: await store('Interview.wav', tone),
    print: await pending(coffer),
    invoice: await infected(coffer),
    draft,
  }
}

/** The picture of a drawing, as the service draws it. */
async function drawing(coffer: Coffer, name: string, svg: Blob): Promise<Blob> {
  const path = `/chat/drawings/${name}.svg`
  const { id } = await coffer.upload(svg, { path, overwrite: true }).done
  return (await coffer.preview(id, { w: 1024 })).blob()
}

/** A file whose bytes are on their way: the session of its upload is open, and gets none. */
async function pending(coffer: Coffer): Promise<string> {
  const path = `${folder}/postcard-print.tiff`
  const body = { path, mimeType: 'image/tiff', sizeBytes: 24_100_000, onConflict: 'rename' }
  const { file } = await coffer.request<UploadTicket>('POST /uploads', { body })
  return `workspace://${file.id}`
}

/** A file that the scanner refuses. */
async function infected(coffer: Coffer): Promise<string> {
  try {
    await coffer.upload(testVirus(), { path: `${folder}/invoice-4711.com`, onConflict: 'rename' })
      .done
  } catch (error) {
    if (error instanceof CofferError && error.code === 'infected' && error.file)
      return `workspace://${error.file.id}`
    throw error
  }
  throw new Error('The scanner has accepted the EICAR test file')
}

function idOf(reference: string): string {
  return new URL(reference).host
}
