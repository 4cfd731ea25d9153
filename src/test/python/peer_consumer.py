"""The yardstick of the end-to-end benchmark: a Kafka consumer, json.loads, and PyTorch learning the
same network with one SGD step a mini-batch, on one core.

usage: peer_consumer.py BOOTSTRAP TOPIC EXAMPLES INPUTS HIDDEN BATCH
Prints "examples N wall SECONDS cpu SECONDS", of all but the first examples, which are warm-up; or
"missing MODULE" where Debian's python3-confluent-kafka and python3-torch are not installed."""
import json
import sys
import time

try:
    import torch
    from confluent_kafka import Consumer
except ImportError as e:
    print("missing", e.name)
    sys.exit()

servers, topic = sys.argv[1:3]
examples, inputs, hidden, batch = map(int, sys.argv[3:7])
torch.set_num_threads(1)
network = torch.nn.Sequential(
    torch.nn.Linear(inputs, hidden), torch.nn.Tanh(), torch.nn.Linear(hidden, 1)).double()
optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
loss = torch.nn.BCEWithLogitsLoss()


def learn(x, y):
    optimizer.zero_grad()
    cost = loss(network(torch.tensor(x, dtype=torch.float64)),
                torch.tensor(y, dtype=torch.float64)[:, None])
    cost.backward()
    optimizer.step()
    return cost.item()


consumer = Consumer({"bootstrap.servers": servers, "group.id": f"peer-{time.time_ns()}",
                     "auto.offset.reset": "earliest", "enable.auto.commit": False})
consumer.subscribe([topic])
warm_up = examples // 5
count, x, y, start = 0, [], [], None
while count < examples:
    for message in consumer.consume(1000, 1.0):
        if count == warm_up:
            start, cpu = time.perf_counter(), time.process_time()
        event = json.loads(message.value())
        x.append(event["features"])
        y.append(float(event["label"]))
        count += 1
        if len(x) == batch:
            learn(x, y)
            x, y = [], []
        if count == examples:
            break
print("examples", count - warm_up, "wall", time.perf_counter() - start,
      "cpu", time.process_time() - cpu)
