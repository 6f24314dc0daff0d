import sharp from 'sharp'
import { createCoffer } from '../shared/client/coffer.ts'

/** The folder that most pictures show. */
export const folder = '/reports/2026'
/** Folders at the side. */
export const pinned = ['/reports/', '/photos/', '/sessions/market-research/']

const agent = { origin: 'agent-created' } as const

/** What a browser shows: files in several scripts, of people and agents, one that is blocked, and some in the trash. */
export async function storeExamples(baseUrl: string): Promise<void> {
  const coffer = createCoffer({ baseUrl })
  const store = (path: string, body: Blob, options = {}) =>
    coffer.upload(body, { path, ...options }).done
  const names = ['drafts/outline.md', 'figures/regions.csv', 'invoices/0001.txt', 'notes.md']
  for (const name of names) await store(`${folder}/${name}`, text(name))
  for (const name of ['Отчёт за третий квартал.txt', 'דוח שנתי.txt', 'minutes of 12 October.txt'])
    await store(`${folder}/${name}`, text(name.repeat(40)))
  await store(
    `${folder}/revenue-by-region.csv`,
    text('region,revenue\nnorth,1\n'.repeat(900)),
    agent,
  )
  await store(`${folder}/forecast.py`, text('print(1)\n'.repeat(70)), agent)
  for (const [name, draw] of Object.entries(landscapes)) {
    const metadata = { model: 'painter-2', prompt: name, seed: 4711 }
    const body = await drawn(draw)
    await store(`${folder}/${name}.png`, body, { ...agent, metadata })
    await store(`/photos/${name} at dusk.png`, body)
  }
  for (const name of ['market-research', 'quarterly-review', 'onboarding'])
    for (const file of ['plan.md', 'sources.csv', 'summary.md'])
      await store(`/sessions/${name}/${file}`, text(file.repeat(200)), agent)
  await coffer
    .upload(text(testVirus), { path: `${folder}/invoice-4711.zip` })
    .done.catch(() => undefined)
  for (const name of ['draft-cover.png', 'meeting-minutes.md', 'greenhouse-old.txt']) {
    const { id } = await store(`/old/${name}`, text(name))
    await coffer.delete(id)
  }
  await store('/old/forecast.csv', text('1'))
  await store('/old/forecast.csv', text('2'), { onConflict: 'replace' })
}

/** EICAR's test file, which every scanner finds. Joined here, so that none finds this script. */
const testVirus = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', 'STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join(
  '-',
)

function text(words: string): Blob {
  return new Blob([words], { type: 'text/plain' })
}

interface Landscape {
  sky: [top: string, bottom: string]
  hills: [far: string, near: string, nearest: string]
  sun: string
}

const landscapes: Record<string, Landscape> = {
  'dawn over the ridge': {
    sky: ['#6f7fb4', '#f3b27e'],
    hills: ['#8a6f86', '#5d4e6d', '#332f4a'],
    sun: '#fff1d6',
  },
  'mist in the valley': {
    sky: ['#cfe0e6', '#f2efe3'],
    hills: ['#a9c1c6', '#6f979c', '#2f5d62'],
    sun: '#fffaf0',
  },
  'night by the lake': {
    sky: ['#101733', '#3a3f6b'],
    hills: ['#262c55', '#191e40', '#0c1029'],
    sun: '#e9e6d2',
  },
}

/** Hills under a sun. */
async function drawn({ sky, hills, sun }: Landscape): Promise<Blob> {
  const [far, near, nearest] = hills
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="1200" viewBox="0 0 800 600">
    <linearGradient id="sky" x2="0" y2="1"><stop stop-color="${sky[0]}"/><stop offset="1" stop-color="${sky[1]}"/></linearGradient>
    <rect width="800" height="600" fill="url(#sky)"/><circle cx="560" cy="220" r="52" fill="${sun}"/>
    <path d="M0 400 120 300 220 360 340 240 470 370 600 290 800 410V600H0Z" fill="${far}"/>
    <path d="M0 470 160 380 300 450 460 350 640 460 800 400V600H0Z" fill="${near}"/>
    <path d="M0 540 200 470 380 530 560 460 800 540V600H0Z" fill="${nearest}"/></svg>`
  return new Blob([new Uint8Array(await sharp(Buffer.from(picture)).png().toBuffer())])
}
