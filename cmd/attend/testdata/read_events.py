"""Prints what TensorBoard reads from a folder of event files, as JSON: for each run its scalars, [step, wall time, value] by
tag, and what its table of hyperparameters shows.

    python read_events.py DIR

Exit status 77: there is no TensorBoard.
"""
import json
import sys

try:
    from tensorboard import context
    from tensorboard.backend.event_processing import data_provider, event_accumulator, plugin_event_multiplexer
    from tensorboard.plugins import base_plugin
    from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(77)

folder = sys.argv[1]
events = plugin_event_multiplexer.EventMultiplexer()
events.AddRunsFromDirectory(folder)
events.Reload()
runs = {}
for name in events.Runs():
    run = event_accumulator.EventAccumulator(f"{folder}/{name}", size_guidance={event_accumulator.SCALARS: 0})
    run.Reload()
    scalars = {tag: [[e.step, e.wall_time, e.value] for e in run.Scalars(tag)] for tag in run.Tags()["scalars"]}
    runs[name] = {"scalars": scalars}

provider = data_provider.MultiplexerDataProvider(events, folder)
plugin = backend_context.Context(base_plugin.TBContext(data_provider=provider))
request = api_pb2.ListSessionGroupsRequest(start_index=0, slice_size=100, allowed_statuses=[0, 1, 2, 3], include_metrics=True)
for group in list_session_groups.Handler(context.RequestContext(), plugin, "", request).run().session_groups:
    (session,) = group.sessions
    runs[session.name]["hparams"] = {k: getattr(v, v.WhichOneof("kind")) for k, v in group.hparams.items()}
    runs[session.name]["metrics"] = {m.name.tag: m.value for m in group.metric_values}
    runs[session.name]["status"] = session.status
print(json.dumps(runs))
