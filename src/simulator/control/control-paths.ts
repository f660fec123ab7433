/** What the control plane can do, one line for each path, for people who look at `GET /_simulator`. */

export const controlPaths: Readonly<Record<string, string>> = {
  'GET /_simulator': 'how to connect: ids, secret, scopes, environments and their tokens',
  'GET /_simulator/contract': 'each operation of the account API, and how sure it is that Dynatrace does it',
  'GET /_simulator/state': 'the whole account by name, in a fixed order, for comparison',
  'GET /_simulator/effective': 'what a group or user may do: ?group=<uuid> or ?user=<uid>, &environment=<id>',
  'POST /_simulator/edit':
    'an edit in the console: {"as": "<e-mail>", "do": "add-member", …}; a wrong "do" lists all',
  'POST /_simulator/seed':
    '{"seed": "sample" | "empty" | "large", "users": n, …} anew, or things to add by name',
  'GET /_simulator/snapshot': 'the whole account as JSON; PUT it to load it',
  'PUT /_simulator/snapshot': 'load a snapshot in the place of the account',
  'POST /_simulator/save': 'write the state file of --state now',
  'GET /_simulator/switches': 'what no source says of Dynatrace, and the answers taken',
  'PUT /_simulator/switches': 'take other answers: {"<switch>": <value>}',
  'GET /_simulator/client': 'the OAuth client: scopes, secret, subject, whether it is active',
  'PUT /_simulator/client': 'change it: {"scopes": […], "secret": …, "subject": "<e-mail>", "active": false}',
  'GET /_simulator/faults': 'the faults to come, and the script',
  'POST /_simulator/faults':
    'make calls fail: {"fault": "status", "status": 503, "times": 2, "match": {"path": …}}',
  'DELETE /_simulator/faults': 'forget them, the script too',
  'POST /_simulator/faults/script': 'make a share of all calls fail: {"seed": 1, "rate": 0.2}',
  'GET /_simulator/faults/script': 'the script, and how many calls it made fail, by kind',
  'DELETE /_simulator/faults/script': 'end it',
  'GET /_simulator/calls': 'how often each operation was called; DELETE counts anew',
  'DELETE /_simulator/tokens': 'end every access token at once',
}
