import { CofferFile } from '../../../../web/file/index.ts'
import { fakeClient, srcOf } from './fake-client.ts'
import { expose, onOpen, onSignIn, onState } from './host.ts'

// The element stands in the markup of the page.
CofferFile.client = fakeClient
document.addEventListener('coffer-state', onState)
document.addEventListener('coffer-open', onOpen)
document.addEventListener('coffer-sign-in', onSignIn)
const file = document.querySelector('coffer-file')
const show = ({ state, seen }) => {
  file.setAttribute('src', srcOf(state))
  if (seen) file.setAttribute('seen', seen)
  else file.removeAttribute('seen')
}
expose({ show, end: () => file.remove() })
