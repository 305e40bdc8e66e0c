# Decides permissions as Crossbar does, by Crossbar's own code: JSON cases on stdin, JSON answers on stdout.

import json
import sys

import txaio

txaio.use_twisted()

from crossbar.router.role import RouterRoleStaticAuth  # noqa: E402

answers = []
for case in json.load(sys.stdin):
    role = RouterRoleStaticAuth(None, "user", permissions=case["permissions"])
    answer = role.authorize(None, case["uri"], case["action"], {})
    answers.append({"allow": answer["allow"], "disclose": answer.get("disclose", False)})
json.dump(answers, sys.stdout)
