"""Dashboards in Grafana's own words. Nothing else imports its SDK, which only stacks with dashboards need.

The SDK's defaults are not Grafana's: a query without a `refId`, a panel without `id` and data source, `templating`
without a list, annotations without what they say. All of them are given here.
"""

import json
import string
from collections.abc import Mapping, Sequence
from typing import Any

from grafana_foundation_sdk.builders import bargauge, common, prometheus, stat, timeseries
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as looks
from grafana_foundation_sdk.models import dashboard as models

from .layout import Placed, placed
from .panel import Dashboard, Mark, Panel, Query, Variable

SOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
"""The Prometheus that a reader chooses."""


def written(page: Dashboard, uids: Mapping[str, str], heading: str, cluster: Variable, marks: Sequence[Mark]) -> str:
    """A dashboard's file.

    Args:
        page: The dashboard.
        uids: The address of each of the stack's dashboards, by its title.
        heading: What stands before every title: whose dashboards they are.
        cluster: The variable that all have.
        marks: What is marked in every picture over time.
    """
    links = [_link(title, uid) for title, uid in uids.items() if title != page.title]
    # `timezone` "" is what each reader has set for himself.
    builder = (
        builders.Dashboard(f"{heading} / {page.title}")
        .uid(uids[page.title])
        .description(page.description)
        .tags(["pulsar"])
        .timezone("")
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .time("now-3h", "now")
        .refresh("30s")
        .readonly()
        .variables([builders.DatasourceVariable("datasource").label("Data source").type("prometheus")])
        .links(links)
    )
    for each in (cluster, *page.variables):
        builder.with_variable(_variable(each))
    made = builder.build()
    made.annotations = models.AnnotationContainer(list_val=[_Annotation(each) for each in marks])
    made.panels = [_panel(at, each) for at, each in enumerate(placed(page.sections), start=1)]
    return json.dumps(made, cls=JSONEncoder, indent=1, sort_keys=True) + "\n"


class _Annotation(models.AnnotationQuery):
    """A mark, with what Grafana's Prometheus plugin adds to an annotation and its SDK doesn't know."""

    def __init__(self, mark: Mark) -> None:
        super().__init__(mark.name, SOURCE, icon_color=mark.color, expr=mark.expression)
        self._mark = mark

    def to_json(self) -> dict[str, object]:
        return super().to_json() | {
            "titleFormat": self._mark.title,
            "textFormat": self._mark.text,
            "tagKeys": "",
            "step": "60s",
            "useValueForTime": self._mark.is_moment,
        }


def _link(title: str, uid: str) -> Builder[models.DashboardLink]:
    return (
        builders.DashboardLink(title)
        .type(models.DashboardLinkType.LINK)
        .url(f"/d/{uid}")
        .icon("dashboard")
        .include_vars(True)
        .keep_time(True)
    )


def _variable(variable: Variable) -> builders.QueryVariable:
    builder = (
        builders.QueryVariable(variable.name)
        .label(variable.label)
        .query({"query": variable.query, "refId": variable.name})
        .datasource(SOURCE)
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(models.VariableSort.ALPHABETICAL_ASC)
    )
    if variable.several:
        all_of_them = models.VariableOption(selected=True, text=["All"], value=["$__all"])
        if variable.everything:
            builder.all_value(variable.everything)
        return builder.multi(True).include_all(True).current(all_of_them)
    return builder.current(models.VariableOption(selected=True, text=variable.at_first, value=variable.at_first))


def _panel(number: int, place: Placed) -> models.Panel | models.RowPanel:
    position = models.GridPos(h=place.height, w=place.width, x=place.x, y=place.y)
    if isinstance(place.what, str):
        return models.RowPanel(id_val=number, title=place.what, grid_pos=position)
    panel = place.what
    builder = _KINDS[panel.kind](panel)
    builder.id(number).title(panel.title).description(panel.description).grid_pos(position)
    builder.datasource(SOURCE).unit(panel.unit).min(0).thresholds(_thresholds(panel))
    if panel.highest is not None:
        builder.max(panel.highest)
    for reference, query in zip(string.ascii_uppercase, panel.queries, strict=False):
        builder.with_target(_query(reference, query, instant=panel.kind == "bargauge"))
    return builder.build()


def _query(reference: str, query: Query, *, instant: bool) -> prometheus.Dataquery:
    builder = prometheus.Dataquery().ref_id(reference).datasource(SOURCE).expr(query.expression)
    builder = builder.legend_format(query.legend)
    return builder.instant() if instant else builder.range()


def _thresholds(panel: Panel) -> builders.ThresholdsConfig:
    above = [] if panel.limit is None else [models.Threshold(value=panel.limit, color="red")]
    steps = [models.Threshold(value=None, color="green"), *above]
    return builders.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps)


def _latest() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"]).values(False)


def _timeseries(panel: Panel) -> timeseries.Panel:
    shown = looks.GraphThresholdsStyleMode.OFF if panel.limit is None else looks.GraphThresholdsStyleMode.DASHED
    legend = common.VizLegendOptions().show_legend(True).placement(looks.LegendPlacement.BOTTOM)
    return (
        timeseries.Panel()
        .line_width(1)
        .fill_opacity(10)
        .show_points(looks.VisibilityMode.NEVER)
        .thresholds_style(common.GraphThresholdsStyleConfig().mode(shown))
        .legend(legend.display_mode(looks.LegendDisplayMode.LIST))
        .tooltip(common.VizTooltipOptions().mode(looks.TooltipDisplayMode.MULTI).sort(looks.SortOrder.DESCENDING))
    )


def _stat(panel: Panel) -> stat.Panel:
    del panel
    return stat.Panel().graph_mode(looks.BigValueGraphMode.AREA).reduce_options(_latest())


def _bars(panel: Panel) -> bargauge.Panel:
    del panel
    return bargauge.Panel().orientation(looks.VizOrientation.HORIZONTAL).reduce_options(_latest())


_KINDS: Mapping[str, Any] = {"timeseries": _timeseries, "stat": _stat, "bargauge": _bars}
