/// <reference types="vite/client" />
/// <reference types="vite-plugin-pwa/client" />

declare const __APP__: string


interface Window {
  /** Not in TypeScript's library yet, nor in every browser. */
  readonly trustedTypes?: {
    createPolicy(name: string, rules: { createScriptURL: (url: string) => string | null }): unknown
  }
}
