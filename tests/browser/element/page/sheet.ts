import { CofferFile } from '../../../../web/file/index.ts'
import { fakeClient, srcOf, states } from './fake-client.ts'

/** A page with every state in the shape that its address names. */
CofferFile.client = fakeClient
const { searchParams } = new URL(location.href)
const shape = searchParams.get('shape') ?? 'fill'
const seen = searchParams.get('seen') ?? ''
for (const state of states) {
  const cell = document.createElement('section')
  const heading = document.createElement('h2')
  heading.textContent = state
  const file = new CofferFile()
  Object.assign(file, {
    src: srcOf(state),
    shape,
    seen,
    label: state === 'image' ? 'The city at night' : '',
  })
  file.id = state
  cell.append(heading, file)
  document.querySelector('main')?.append(cell)
}
