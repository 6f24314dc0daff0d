import { createApp, h, shallowRef } from 'vue'
import { fakeClient, srcOf } from './fake-client.ts'
import { expose, onOpen, onSignIn, onState } from './host.ts'
import '../../../../web/file/index.ts'

const shown = shallowRef({ state: 'image', seen: 'no' })
const app = createApp({
  render: () =>
    h('coffer-file', {
      src: srcOf(shown.value.state),
      label: 'A label',
      seen: shown.value.seen,
      shape: 'card',
      client: fakeClient,
      'onCoffer-state': onState,
      'onCoffer-open': onOpen,
      'onCoffer-sign-in': onSignIn,
    }),
})
app.mount(document.querySelector('main').appendChild(document.createElement('div')))
expose({ show: (next) => (shown.value = next), end: () => app.unmount() })
