import { seenBy } from 'coffer/web'
import { useMemo, useState } from 'react'
import type { Message } from '../store/conversation.ts'
import { Composer } from './composer.tsx'
import { MessageView } from './message.tsx'
import { models } from './models.ts'

export function Chat({ recorded }: { recorded: Message[] }) {
  const [messages, setMessages] = useState(recorded)
  const [chosen, setChosen] = useState(0)
  const inputs = models[chosen]?.inputs
  const seen = useMemo(() => seenBy(messages, { inputs }), [messages, inputs])
  return (
    <main className="chat">
      <header>
        <h1>Postcards from the offsite</h1>
        <p>A recording: no model is connected.</p>
        <label>
          What the page says for{' '}
          <select value={chosen} onChange={(event) => setChosen(Number(event.target.value))}>
            {models.map(({ name }, index) => (
              <option key={name} value={index}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </header>
      <ol>
        {messages.map((message) => (
          <MessageView key={message.id} message={message} seen={seen} isTextOnly={chosen === 0} />
        ))}
      </ol>
      <Composer send={(message) => setMessages((all) => [...all, message])} />
    </main>
  )
}
