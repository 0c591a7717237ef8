using System.Reflection;
using System.Runtime.CompilerServices;
using Anode.Sockets;

namespace Anode.Faults;

/// <summary>
/// Lets the runtime compile what faults are made of before one begins: the first of a kind was late by 12 to 40 ms for that. On a thread of its own, behind everything else the node has to
/// do at its start; what is not finished when a fault begins is compiled then.
/// </summary>
internal static class Rehearsal
{
    public static void Begin() => new Thread(Compile) { IsBackground = true, Priority = ThreadPriority.BelowNormal, Name = "fault-rehearsal" }.Start();

    private static void Compile()
    {
        const BindingFlags Own = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;
        foreach (var type in typeof(Rehearsal).Assembly.GetTypes())
        {
            if (type.Namespace != typeof(Rehearsal).Namespace || type.ContainsGenericParameters)
                continue;
            foreach (var method in type.GetMethods(Own).Cast<MethodBase>().Concat(type.GetConstructors(Own)))
            {
                if (!method.IsAbstract && !method.ContainsGenericParameters && method.GetMethodBody() is not null)
                    RuntimeHelpers.PrepareMethod(method.MethodHandle);
            }
        }

        // The first exception of a process is the slowest: an actor that is to fail should not wait for it.
        try
        {
            throw Sabotage.Exception;
        }
        catch (Exception e)
        {
            _ = e.StackTrace;
        }
    }
}
