import { fileURLToPath } from 'node:url'
import vueI18n from '@intlify/unplugin-vue-i18n/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'

// Pages that read everything from the server, for a desk: nobody keeps them for when there is no signal.
const ONLINE_ONLY = /\/features\/(?:(?:oversight|outside|imports)\/pages|suggestions)\/|\/features\/\w+\/pages\/(?:\w+Table|Feedback(?:Board|Archive))\.vue|\/locales\/(?:oversight|outside|suggestions)\//

export default defineConfig({
  plugins: [
    vue(),
    vueI18n({
      include: fileURLToPath(new URL('./src/locales/**/*.json', import.meta.url)),
      dropMessageCompiler: true,
      fullInstall: false,
    }),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src/sw',
      filename: 'sw.ts',
      registerType: 'prompt',
      injectRegister: false,
      // The icons are for the system that installs the app; it fetches them by itself.
      includeManifestIcons: false,
      injectManifest: { globPatterns: ['**/*.{js,css,html,svg}'], globIgnores: ['assets/desk/**'] },
      manifest: {
        id: '/',
        name: '走访通 FieldVisit',
        short_name: '走访通',
        lang: 'zh-CN',
        start_url: '/',
        display: 'standalone',
        background_color: '#f5f6f4',
        theme_color: '#0b6b4f',
        icons: [
          { src: 'icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: 'icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: 'icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        ],
      },
    }),
  ],
  // Components here are written with setup alone: what Vue keeps for the other way is left out.
  define: { __APP__: JSON.stringify(process.env.npm_package_version ?? 'dev'), __VUE_OPTIONS_API__: 'false', __INTLIFY_PROD_DEVTOOLS__: 'false' },
  resolve: {
    alias: [
      { find: '@', replacement: fileURLToPath(new URL('./src', import.meta.url)) },
      // The same library in the syntax every browser we serve reads, and in a form that can be shaken.
      { find: /^dexie$/, replacement: 'dexie/dist/modern/dexie.mjs' },
    ],
  },
  build: {
    target: ['chrome87', 'safari14'],
    assetsInlineLimit: 0,
    // No page comes with a list of what it is made of: the worker has it all, and before that one more round is asked for.
    modulePreload: false,
    manifest: true,
    // What the first page needs comes as one file, whatever other pages come to share of it. It knows all others by their names, so those are short.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'first', tags: ['$initial'] }] }, chunkFileNames: ({ facadeModuleId }) => (ONLINE_ONLY.test(facadeModuleId ?? '') ? 'assets/desk/[hash].js' : 'assets/[hash].js'), assetFileNames: ({ originalFileNames }) => (ONLINE_ONLY.test(originalFileNames[0] ?? '') ? 'assets/desk/[hash][extname]' : 'assets/[hash][extname]') } },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8000' } },
})
