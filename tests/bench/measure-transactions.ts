import { registerHooks } from 'node:module'

const measured = new URL('transactions.ts', import.meta.url).href

/** Makes the catalog of this process use `transactions.ts` for its changes. */
registerHooks({
  resolve(specifier, context, next) {
    const isOfCatalog = specifier.endsWith('/transaction/transact.ts')
    return isOfCatalog && context.parentURL !== measured
      ? next(measured, context)
      : next(specifier, context)
  },
})
