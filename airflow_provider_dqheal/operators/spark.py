"""Profiles a batch by ``spark-submit``, through the Spark provider."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException

from airflow_provider_dqheal.core.types import BatchRef
from airflow_provider_dqheal.hooks.dqheal import DQHealHook
from airflow_provider_dqheal.hooks.failures import airflow_failures
from airflow_provider_dqheal.links.batch import BatchLink
from airflow_provider_dqheal.operators._base import Json, as_ref
from airflow_provider_dqheal.profiling.spark import CONNECT

if TYPE_CHECKING:
    from airflow_provider_dqheal.core.config import ProfileSettings
    from airflow_provider_dqheal.pipeline.services import Services

BUILT_CONNECTION = "dqheal_spark"
"""The connection that stands for ``settings.profile.spark_master`` where no Spark connection is defined."""


class SparkProfileOperator(SparkSubmitOperator):
    """Submits ``spark_jobs/profile_batch.py`` and stores the profile it writes.

    The driver runs beside the task (client mode): the profile comes back through a file of this machine. With
    ``profile.driver = local`` the batch is profiled in this process, as by :class:`~.stages.ProfileBatch`.

    Args:
        batch: A :class:`BatchRef` as a dict (templated).
        conn_id: Connection of the Spark provider; where it is not defined, ``settings.profile.spark_master``.
        dqheal_conn_id: Connection of type ``dqheal``; it need not exist.
    """

    template_fields: Sequence[str] = (*SparkSubmitOperator.template_fields, "batch")
    operator_extra_links = (BatchLink(),)

    def __init__(
        self,
        *,
        batch: Any,
        conn_id: str = "spark_default",
        dqheal_conn_id: str = DQHealHook.default_conn_name,
        **kwargs: Any,
    ) -> None:
        super().__init__(application="", conn_id=conn_id, **kwargs)
        self.conf: dict[str, Any] | None
        self.env_vars: dict[str, Any] | None
        self._conn_id: str
        self.batch = batch
        self.dqheal_conn_id = dqheal_conn_id

    def execute(self, context: Any) -> Json:
        """Returns row and column counts."""
        from airflow_provider_dqheal.pipeline.profile import profile_stage

        hook = DQHealHook(self.dqheal_conn_id)
        with airflow_failures(), hook.services() as services:
            ref = as_ref(self.batch, f"{self.task_id}: batch")
            if services.settings.profile.driver == "local" or services.store.profile(ref) is not None:
                profile = profile_stage(services, ref)
            else:
                profile = self._profile(services, ref, context)
        return {"row_count": profile.row_count, "columns": len(profile.columns)}

    def _profile(self, services: Services, ref: BatchRef, context: Any) -> Any:
        from airflow_provider_dqheal.pipeline._stage import running
        from airflow_provider_dqheal.pipeline.profile import keep_profile
        from airflow_provider_dqheal.profiling.profile import Profile

        with running(services, ref, "profile") as run, tempfile.TemporaryDirectory(prefix="dqheal-") as folder:
            out = Path(folder) / "profile.json"
            self._prepare(services.settings.profile, services.settings.allowed_roots, ref, out)
            super().execute(context)
            if not out.is_file():
                raise AirflowFailException(
                    f"{ref.key}: spark-submit ended without a profile at {out}; is the driver on this machine "
                    "(deploy mode client)?"
                )
            profile = Profile.model_validate_json(out.read_bytes())
            keep_profile(services, ref, profile)
            run.document = {"row_count": profile.row_count, "columns": len(profile.columns)}
            run.summary = dict(run.document)
        return profile

    def _prepare(self, settings: ProfileSettings, allowed_roots: Sequence[Path], ref: BatchRef, out: Path) -> None:
        """Fills in what ``spark-submit`` is called with, and makes sure that it and its Python are found."""
        from airflow_provider_dqheal.core.resources import resource

        self.application = str(resource("spark_jobs") / "profile_batch.py")
        self.application_args = ["--batch", ref.model_dump_json(), "--output", str(out)]
        for root in allowed_roots:
            self.application_args += ["--allowed-root", str(root)]
        self.conf = {**settings.spark_conf, **(self.conf or {})}
        self.env_vars = {"PYSPARK_PYTHON": sys.executable, **(self.env_vars or {})}
        folder = str(Path(sys.executable).parent)
        if folder not in os.environ.get("PATH", "").split(os.pathsep):
            os.environ["PATH"] = os.pathsep.join((folder, os.environ.get("PATH", os.defpath)))
        try:
            BaseHook.get_connection(self._conn_id)
        except AirflowNotFoundException as error:
            if settings.spark_master.startswith(CONNECT):
                raise AirflowFailException(
                    f"{ref.key}: profile.spark_master is a Spark Connect server, to which nothing is submitted; "
                    f"profile in-process, or define the connection {self._conn_id}"
                ) from error
            connection = {"conn_type": "spark", "host": settings.spark_master}
            os.environ[f"AIRFLOW_CONN_{BUILT_CONNECTION.upper()}"] = json.dumps(connection)
            self._conn_id = BUILT_CONNECTION
