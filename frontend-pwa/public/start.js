// Before the app, in words that old browsers read as well: looks as chosen from the first paint on, and a plain
// sentence instead of an empty page where the app cannot run. A file of its own, for inline scripts are not allowed.
;(function () {
  var root = document.documentElement
  function kept(name) {
    try {
      return localStorage.getItem(name)
    } catch (e) {
      return null
    }
  }
  var theme = kept('theme')
  if (theme === 'dark' || theme === 'light') root.className += ' ' + theme
  if (kept('large-type') === 'yes') root.className += ' large-type'

  // Lowered syntax does not bring this along: Chrome has it since 92 only.
  if (!Array.prototype.at) {
    var at = function (index) {
      return this[index < 0 ? this.length + index : index]
    }
    Object.defineProperty(Array.prototype, 'at', { value: at, writable: true, configurable: true })
  }

  function say(id) {
    var app = document.getElementById('app')
    if (app && app.firstChild) return
    var sentence = document.getElementById(id)
    if (sentence) sentence.removeAttribute('hidden')
  }

  // `Promise.any` came with the newest syntax the app is built with.
  var fits =
    'noModule' in document.createElement('script') &&
    window.Promise &&
    Promise.any &&
    window.Proxy &&
    window.fetch &&
    window.AbortController &&
    window.TextEncoder &&
    window.HTMLDialogElement &&
    window.indexedDB
  if (!fits) {
    root.className += ' too-old'
    document.addEventListener('DOMContentLoaded', function () {
      say('too-old')
    })
  }
  function onError(event) {
    if (event.target && event.target.tagName === 'SCRIPT') say('not-loaded')
    else if (/SyntaxError/.test(event.message || '')) say('too-old')
  }
  window.addEventListener('error', onError, true)
})()
