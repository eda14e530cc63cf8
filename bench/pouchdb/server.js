// express-pouchdb over LevelDB, in the mode named: `node server.js fullCouchDB|minimumForPouchDB PORT FOLDER`.
const express = require('express')
const server = require('express-pouchdb')
const PouchDB = require('pouchdb')

const [mode, port, folder] = process.argv.slice(2)
const app = express()
// Its log is kept by the full mode alone; both keep everything they write in the folder of this run.
const settings = { mode, configPath: `${folder}/config.json`, logPath: `${folder}/log.txt` }
app.use('/', server(PouchDB.defaults({ prefix: `${folder}/` }), settings))
app.listen(Number(port), '127.0.0.1')
