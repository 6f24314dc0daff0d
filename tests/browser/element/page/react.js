import { createElement, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { fakeClient, srcOf } from './fake-client.ts'
import { expose, onOpen, onSignIn, onState } from './host.ts'
import '../../../../web/file/index.ts'

const root = createRoot(document.querySelector('main').appendChild(document.createElement('div')))
const show = ({ state, seen }) => {
  const file = createElement('coffer-file', {
    src: srcOf(state),
    label: 'A label',
    seen,
    shape: 'card',
    client: fakeClient,
    'oncoffer-state': onState,
    'oncoffer-open': onOpen,
    'oncoffer-sign-in': onSignIn,
  })
  root.render(createElement(StrictMode, null, file))
}
show({ state: 'image', seen: 'no' })
expose({ show, end: () => root.unmount() })
