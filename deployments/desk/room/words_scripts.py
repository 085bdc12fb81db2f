"""What the scripts of the campaign's page say, English and Chinese."""

SCRIPTS: dict[str, tuple[str, str]] = {
    "play": ("Play", "播放"),
    "pause": ("Pause", "暂停"),
    "sum_approved": ("{n} approved", "{n} 个通过"),
    "sum_revise": ("{n} with changes", "{n} 个修改"),
    "sum_rejected": ("{n} rejected", "{n} 个拒绝"),
    "sum_open": ("{n} open", "{n} 个待定"),
    "sum_cost": ("finals cost at most {amount}", "终片最多 {amount}"),
    "watched": ("Watched {share}", "已观看 {share}"),
    "sending": ("Sending …", "提交中 …"),
    "region_show": ("Show the part of the picture", "显示画面区域"),
    "sent": ("Comment added.", "意见已提交。"),
    "failed": ("That did not arrive. Your text is still here: try again.", "提交失败，内容已保留，请重试。"),
    "no_session": (
        "You are no longer inside. Open your link again; your text is still here.",
        "会话已结束，请重新打开链接；内容已保留。",
    ),
    "left_days": ("{d} d {h} h left", "剩余 {d} 天 {h} 小时"),
    "left_hours": ("{h} h {m} min left", "剩余 {h} 小时 {m} 分"),
    "left_minutes": ("{m} min {s} s left", "剩余 {m} 分 {s} 秒"),
    "left_none": ("The time is over. Load the page again.", "时间已到，请刷新页面。"),
    "soon": ("{m} minutes left to decide", "距截止还有 {m} 分钟"),
    "draw_on": ("Drag over the film. Escape ends it.", "在画面上拖动框选，按 Esc 结束。"),
    "cannot_play": ("This film cannot be played here. Load the page again.", "影片无法播放，请刷新页面。"),
}
