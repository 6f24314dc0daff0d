import { h, render } from 'preact'
import { fakeClient, srcOf } from './fake-client.ts'
import { expose, onOpen, onSignIn, onState } from './host.ts'
import '../../../../web/file/index.ts'

const place = document.querySelector('main').appendChild(document.createElement('div'))
const show = ({ state, seen }) => {
  const file = h('coffer-file', {
    src: srcOf(state),
    label: 'A label',
    seen,
    shape: 'card',
    client: fakeClient,
    'oncoffer-state': onState,
    'oncoffer-open': onOpen,
    'oncoffer-sign-in': onSignIn,
  })
  render(file, place)
}
show({ state: 'image', seen: 'no' })
expose({ show, end: () => render(null, place) })
