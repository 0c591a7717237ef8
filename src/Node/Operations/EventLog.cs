namespace Anode.Operations;

/// <summary>The newest events of the node, numbered, and a way to follow them.</summary>
internal sealed class EventLog;
